"""The code tables hang together with one another and with the programmes; titles come from outside."""

from __future__ import annotations

import csv
import datetime as dt
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patients.imports.codes import (
    ICD10,
    ICD10_SYSTEMS,
    ICPC2,
    SNOMED,
    followed,
    followed_code,
    icd10_code,
    icpc2_code,
    written_code,
)
from patients.imports.titles import read_titles, title, titles

ROOT = Path(__file__).resolve().parents[2]


def test_every_condition_of_a_default_programme_is_followed() -> None:
    with (ROOT / "tasks/data/programmes.toml").open("rb") as file:
        codes = {code for programme in tomllib.load(file)["programme"] for code in programme["icpc2"]}
    assert codes
    assert codes <= followed().keys()


def test_every_snomed_code_stands_once_and_leads_to_a_followed_condition() -> None:
    with (ROOT / "patients/data/snomed_icpc2.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["snomed"] for row in rows}) == len(rows) > 50
    assert {row["icpc2"] for row in rows} <= followed().keys()


@pytest.mark.parametrize(
    ("code", "icpc2"),
    [
        ("44054006", "T90"),
        ("15777000", None),  # prediabetes is not diabetes
        ("233678006", "R96"),  # childhood asthma is asthma
        ("128613002", None),  # a seizure disorder may be epilepsy, and may not
        ("703151001", None),
        ("237602007", None),  # metabolic syndrome
        ("399211009", "K76"),
    ],
)
def test_what_is_disease_and_what_is_only_risk(code: str, icpc2: str | None) -> None:
    assert followed_code(SNOMED, code) == icpc2


def test_icpc2_codes_are_read_as_gps_write_them() -> None:
    assert icpc2_code(" t90 ") == icpc2_code("T90.0001") == "T90"
    assert icpc2_code("R992") == "R99"  # covid-19
    assert icpc2_code("T9") is icpc2_code("T900") is icpc2_code("diabetes") is None
    assert followed_code(ICPC2, "T90") == "T90"
    assert followed_code(ICPC2, "A04") is None
    assert followed_code("http://example.org", "T90") is None


def test_every_icd10_code_stands_once_is_written_as_it_is_looked_up_and_leads_to_a_followed_condition() -> (
    None
):
    with (ROOT / "patients/data/icd10_icpc2.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["icd10"] for row in rows}) == len(rows) > 70
    assert {row["icpc2"] for row in rows} - {""} <= followed().keys()
    assert all(row["note"] and len(row["icd10"]) in (3, 4) for row in rows)
    left_out = [row["icd10"] for row in rows if not row["icpc2"]]
    assert all(any(row["icd10"] == code[:3] for row in rows) for code in left_out)


@pytest.mark.parametrize(
    ("code", "icpc2"),
    [
        ("E11", "T90"),
        ("E11.9", "T90"),
        ("e119", "T90"),
        ("E11.65", "T90"),  # the American edition is longer
        ("E10.2†", "T89"),
        ("E14.9", None),  # a diabetes of a type that nobody tells
        ("R73.0", None),  # high blood sugar is not diabetes
        ("J44.1", "R95"),
        ("J42", None),
        ("I11.0", "K77"),
        ("I11.9", "K87"),
        ("G45.4", None),
        ("G45.9", "K89"),
        ("F10.1", None),
        ("F10.2", "P15"),
        ("F33.4", None),
        ("N08.3*", "U88"),
        ("E1", None),
        ("E11.", None),
        ("diabetes", None),
    ],
)
def test_what_icd10_leads_to(code: str, icpc2: str | None) -> None:
    assert {followed_code(system, code) for system in ICD10_SYSTEMS} == {icpc2}


def test_a_code_that_is_of_both_kinds_is_icpc2_unless_somebody_says_otherwise() -> None:
    assert written_code("K86") == (ICPC2, "K86")  # high blood pressure, and a disease of the pancreas
    assert written_code("K86", icd10=True) == (ICD10, "K86")
    assert followed_code(ICPC2, "K86") == "K86"
    assert followed_code(ICD10, "K86") is None
    assert written_code("i10") == (ICD10, "I10")  # ICPC-2 has no chapter I
    assert written_code("K50.9") == (ICPC2, "K50")
    assert written_code("T90.0001") == (ICPC2, "T90")
    assert written_code("sukker") is written_code("", icd10=True) is None
    assert icd10_code("I10.") is None


def test_a_clinic_may_follow_codes_of_its_own() -> None:
    assert followed_code(ICPC2, "L84") is None
    assert followed_code(ICPC2, "L84", frozenset({"L84"})) == "L84"
    assert followed_code(ICPC2, "T90", frozenset({"L84"})) == "T90"


DIRECTORATES = [
    {"Kode": "T90", "Tekst_uten_lengdebegrensning": "Den lange", "Gyldig_fra": "1998-01-01T00:00:00"},
    {"Kode": "T90.0001", "Tekst_uten_lengdebegrensning": "En finere", "Gyldig_fra": None},
    {"Kode": "K22", "Tekst_uten_lengdebegrensning": "Gått ut", "Gyldig_til": "2025-12-31"},
    {"Kode": "K23", "Tekst_uten_lengdebegrensning": "Kommer", "Gyldig_fra": "2026-11-22"},
    {"Kode": "-30", "Tekst_med_maksimalt_60_tegn": "En prosess"},
    {"Kode": "R95", "Tekst_uten_lengdebegrensning": None, "Tekst_med_maksimalt_60_tegn": "Den korte"},
    {"Kode": None},
]


def test_titles_are_read_from_the_directorates_list_as_of_a_day(tmp_path: Path) -> None:
    path = tmp_path / "icpc2.json"
    path.write_text(json.dumps(DIRECTORATES), encoding="utf-8-sig")
    assert read_titles(path, on=dt.date(2026, 11, 21)) == {"T90": "Den lange", "R95": "Den korte"}
    assert "K23" in read_titles(path, on=dt.date(2026, 11, 22))
    assert "K22" in read_titles(path, on=dt.date(2025, 12, 31))


@pytest.mark.parametrize("text", ["{}", "[1]", "[]", "nei", '[{"Kode":"-30","text":"x"}]'])
def test_a_file_of_something_else_has_no_titles(tmp_path: Path, text: str) -> None:
    path = tmp_path / "icpc2.json"
    path.write_text(text)
    with pytest.raises(ValueError):
        read_titles(path, on=dt.date(2026, 11, 21))


@pytest.fixture
def forget() -> Iterator[None]:
    """Titles are read once: each test reads them anew, and leaves nothing to the next."""
    titles.cache_clear()
    yield
    titles.cache_clear()


@pytest.mark.usefixtures("forget")
def test_a_title_is_the_lists_own_and_else_ours(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "icpc2.json"
    path.write_text('[{"code": "T90", "text": "Pakkens"}]')
    settings.ICPC2_JSON = str(path)
    assert title("T90") == "Pakkens"
    assert title("R95") == followed()["R95"]
    assert title("A04") == ""


@pytest.mark.usefixtures("forget")
@pytest.mark.parametrize("text", [None, "nei"])
def test_without_a_list_our_own_names_stand(tmp_path: Path, settings: Any, text: str | None) -> None:
    settings.ICPC2_JSON, settings.NODE_MODULES = "", tmp_path
    if text:
        settings.ICPC2_JSON = str(tmp_path / "icpc2.json")
        (tmp_path / "icpc2.json").write_text(text)
    assert titles() == {}
    assert title("T90") == followed()["T90"]
