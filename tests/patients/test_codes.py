"""The two code tables hang together with one another and with the programmes."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest

from patients.imports.codes import ICPC2, SNOMED, followed, followed_code, icpc2_code

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
    assert icpc2_code("T9") is icpc2_code("T900") is icpc2_code("diabetes") is None
    assert followed_code(ICPC2, "T90") == "T90"
    assert followed_code(ICPC2, "A04") is None
    assert followed_code("http://example.org", "T90") is None
