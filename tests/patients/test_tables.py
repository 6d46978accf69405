"""Tables under anybody's headings: what we guess, what the clinic says, and spreadsheets."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from patients.imports.mapping import NeedsMapping
from patients.imports.patient_list import ALIASES, COLUMNS
from patients.imports.reading import read, recognise
from patients.imports.rows import (
    ConditionRow,
    Identifier,
    MedicationRow,
    PatientRow,
    Row,
    RowError,
    Unmapped,
    Unreadable,
)
from patients.personnummer import FNR_SYSTEM, make_tenor

TODAY = dt.date(2026, 11, 21)
BORN = dt.date(1985, 2, 1)
KARI = make_tenor(BORN, 0)


def rows_of(path: Path, mapping: dict[str, str] | None = None) -> list[Row]:
    found = recognise(path, mapping=mapping)
    return list(read(found, today=TODAY, synthetic_only=True, progress=lambda n: None))


def written(folder: Path, text: str, name: str = "liste.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def asked(path: Path, mapping: dict[str, str] | None = None) -> NeedsMapping:
    with pytest.raises(NeedsMapping) as needs:
        recognise(path, mapping=mapping)
    return needs.value


def errors(rows: list[Row]) -> list[tuple[int, str, str]]:
    return [(row.place.row, row.column, row.message) for row in rows if isinstance(row, RowError)]


THEIRS = (
    "Fødselsnr;Fornavn pasient;Etternanv;Fødselsdato;Kjønn M/K;Fastlegens navn;Telefon\n"
    f"{KARI};Kari;Oppspinn;01.02.1985;K;Hanne Holm;55 55 55 55\n"
)


def test_headings_that_are_not_ours_are_asked_about_with_guesses_and_cells(tmp_path: Path) -> None:
    needs = asked(written(tmp_path, THEIRS))
    assert needs.file == "liste.csv"
    assert needs.suggested == {
        "Fødselsnr": "personnummer",
        "Fornavn pasient": "fornavn",
        "Etternanv": "etternavn",
        "Fødselsdato": "født",
        "Kjønn M/K": "kjønn",
        "Fastlegens navn": "",
        "Telefon": "",
    }
    assert needs.headings == tuple(needs.suggested)
    assert needs.samples == ((KARI, "Kari", "Oppspinn", "01.02.1985", "K", "Hanne Holm", "55 55 55 55"),)
    assert needs.lacking == ()
    assert not any(word in str(needs) for word in ("Kari", KARI, "55"))


def test_what_the_clinic_says_of_its_columns_is_how_they_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, THEIRS)
    mapping = {**asked(path).suggested, "fastlegens  NAVN": "fastlege", "Kjønn M/K": ""}
    (patient,) = rows_of(path, mapping)
    assert isinstance(patient, PatientRow)
    assert patient.identifiers == (Identifier(FNR_SYSTEM, KARI),)
    assert (patient.given_name, patient.family_name, patient.doctor) == ("Kari", "Oppspinn", "Hanne Holm")
    assert (patient.birth_date, patient.sex) == (BORN, "unknown")


def test_a_mapping_that_still_lacks_a_column_is_refused_in_words(tmp_path: Path) -> None:
    path = written(tmp_path, THEIRS)
    mapping = {**asked(path).suggested, "Fødselsdato": ""}
    with pytest.raises(Unreadable, match="mangler kolonner: født") as refused:
        recognise(path, mapping=mapping)
    assert not isinstance(refused.value, NeedsMapping)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"Telefon": "etternavn"}, "Flere kolonner er satt til etternavn"),
        ({"Telefon": "mobil"}, "heter mobil"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, said: dict[str, str], words: str) -> None:
    path = written(tmp_path, THEIRS)
    with pytest.raises(Unreadable, match=words):
        recognise(path, mapping=asked(path).suggested | said)


def test_a_mapping_of_another_file_leaves_this_one_to_be_asked_about(tmp_path: Path) -> None:
    assert asked(written(tmp_path, THEIRS), {"farge": "fornavn"}).headings[0] == "Fødselsnr"


def test_what_somebody_said_goes_before_what_a_heading_is_called(tmp_path: Path) -> None:
    path = written(
        tmp_path, f"fnr;fornavn;etternavn;født;lege;fastlege\n{KARI};Kari;Oppspinn;01.02.1985;A;B\n"
    )
    assert asked(path).suggested["fastlege"] == "fastlege"
    assert asked(path).suggested["lege"] == ""  # one of two that may be the list doctor
    (patient,) = rows_of(path, {"lege": "fastlege"})
    assert isinstance(patient, PatientRow)
    assert patient.doctor == "A"


def test_columns_without_a_name_and_of_one_name_are_told_apart(tmp_path: Path) -> None:
    needs = asked(written(tmp_path, "Navn;;Navn;Dato\nA;B;C;D\n\n1;2;3;4\nE;F;G\nx;;;\ny;;;\n"))
    assert needs.headings == ("Navn", "kolonne 2", "Navn (3)", "Dato")
    assert needs.samples == (("A", "B", "C", "D"), ("1", "2", "3", "4"), ("x", "", "", ""))
    assert needs.lacking == ("født", "personnummer eller pasientnr")


def test_a_list_whose_every_heading_is_ours_and_one_is_missing_is_not_asked_about(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="mangler kolonner: født") as refused:
        recognise(written(tmp_path, f"fnr;fornavn;etternavn\n{KARI};Kari;Oppspinn\n"))
    assert not isinstance(refused.value, NeedsMapping)


def test_an_unknown_table_beside_a_list_is_passed_over_and_half_a_list_is_asked_about(tmp_path: Path) -> None:
    written(tmp_path, f"fnr;fornavn;etternavn;født\n{KARI};Kari;Oppspinn;01.02.1985\n", "a.csv")
    written(tmp_path, "farge;antall\nblå;2\n", "b.csv")
    assert recognise(tmp_path).passed_over == ("b.csv",)
    written(tmp_path, "fnr;fornavn;familie;født\n1;2;3;4\n", "c.csv")
    assert asked(tmp_path).file == "c.csv"


def test_a_name_in_one_column_is_split_at_its_comma(tmp_path: Path) -> None:
    text = f"pasientnr;Navn;født\n1;Oppspinn, Kari Ann;{BORN}\n2;Kari Oppspinn;{BORN}\n3;;{BORN}\n4;Oppspinn,;{BORN}\n"
    patient, *refused = rows_of(written(tmp_path, text))
    assert isinstance(patient, PatientRow)
    assert (patient.given_name, patient.family_name) == ("Kari Ann", "Oppspinn")
    assert [(row, column) for row, column, _ in errors(refused)] == [(3, "navn"), (4, "navn"), (5, "navn")]
    assert "komma" in errors(refused)[0][2]


def test_nurse_home_care_and_leaving_the_list_are_read(tmp_path: Path) -> None:
    head = "pasientnr;fornavn;etternavn;født;fast sykepleier;hjemmesykepleie;ute av listen"
    body = [
        f"1;A;B;{BORN};Siri Sykepleier;ja;",
        f"2;A;B;{BORN};;NEI;01.10.2026",
        f"3;A;B;{BORN};;;",
        f"4;A;B;{BORN};;kanskje;",
        f"5;A;B;{BORN};;;22.11.2026",
    ]
    rows = rows_of(written(tmp_path, "\n".join([head, *body])))
    told = [(r.usual_nurse, r.home_care, r.moved_on) for r in rows if isinstance(r, PatientRow)]
    assert told == [("Siri Sykepleier", True, None), ("", False, dt.date(2026, 10, 1)), ("", None, None)]
    assert [(row, column) for row, column, _ in errors(rows)] == [
        (5, "hjemmesykepleie"),
        (6, "ute av listen"),
    ]


def test_codes_are_icpc2_or_icd10_and_a_column_may_say_which(tmp_path: Path) -> None:
    head = "pasientnr;fornavn;etternavn;født;diagnoser;ICD-10;legemidler"
    body = [f"1;A;B;{BORN};T90, I10 K86 A04;;", f"2;A;B;{BORN};;K50.9 / K86;", f"3;A;B;{BORN};;T90 sukker;"]
    rows = rows_of(written(tmp_path, "\n".join([head, *body])))
    told = [(c.icpc2, c.source_code) for c in rows if isinstance(c, ConditionRow)]
    assert told == [("T90", "T90"), ("K86", "I10"), ("K86", "K86"), ("D94", "K509")]
    assert [(u.system[-4:], u.code) for u in rows if isinstance(u, Unmapped)] == [
        ("pc-2", "A04"),
        ("7110", "K86"),
    ]
    assert [(row, column) for row, column, _ in errors(rows)] == [(4, "icd-10")]


# --- spreadsheets

HEAD = ("personnummer", "pasientnr", "fornavn", "etternavn", "født", "kjønn", "tilstander", "legemidler")
Sheets = dict[str, list[tuple[Any, ...]]]


def book(path: Path, **sheets: list[tuple[Any, ...]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell)
    return path


def test_a_spreadsheet_reads_as_the_list_it_is(tmp_path: Path) -> None:
    path = book(
        tmp_path / "Liste.XLSX",
        Forside=[("Uttrekk fra EPJ",), ("laget", BORN)],
        Pasienter=[
            ("Pasienter på listen",),
            (),
            HEAD,
            (KARI, 17, "Kari", "Oppspinn", BORN, "K", "T90, K86", "A10BA02 Metformin"),
            (),
            (int(KARI), "18", "Ola", "Påfunn", "02.03.1971", "M", "", ""),  # a number has lost its zero
            (
                "",
                19.0,
                "=CONCATENATE(1)",
                "Uten",
                dt.datetime.combine(dt.date(1990, 1, 1), dt.time(12)),
                None,
                "",
                "",
                "en til",
            ),
        ],
    )
    assert KARI.startswith("0")
    rows = rows_of(path)
    patients = [row for row in rows if isinstance(row, PatientRow)]
    assert [p.place for p in patients] == [("Liste.XLSX", 4), ("Liste.XLSX", 6), ("Liste.XLSX", 7)]
    assert patients[0].identifiers == ((FNR_SYSTEM, KARI), ("epj:pasientnr", "17"))
    assert patients[1].identifiers[0].value == KARI
    assert [p.birth_date for p in patients] == [BORN, dt.date(1971, 3, 2), dt.date(1990, 1, 1)]
    assert [c.icpc2 for c in rows if isinstance(c, ConditionRow)] == ["T90", "K86"]
    assert [m.source_code for m in rows if isinstance(m, MedicationRow)] == ["A10BA02"]
    assert patients[2].given_name == "0"  # what the formula came to, as the file holds it


def test_a_sheet_that_begins_to_the_right_keeps_its_columns(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        Ark=[("", "", "pasientnr", "fornavn", "etternavn", "født"), ("", "", 1, "A", "B", BORN)],
    )
    (patient,) = rows_of(path)
    assert isinstance(patient, PatientRow)
    assert patient.given_name == "A"


def test_a_sheet_under_other_headings_is_asked_about_and_then_read(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Ark=[("Nr.", "Navn", "F.dato"), (1.0, "Oppspinn, Kari", BORN)])
    needs = asked(path)
    assert needs.samples == (("1", "Oppspinn, Kari", "1985-02-01"),)
    assert needs.suggested["Navn"] == "navn"
    (patient,) = rows_of(path, {"Nr.": "pasientnr", "Navn": "navn", "F.dato": "født"})
    assert isinstance(patient, PatientRow)


def test_a_spreadsheet_in_a_zip_reads_as_by_itself(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Ark=[("fnr", "fornavn", "etternavn", "født"), (KARI, "A", "B", BORN)])
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(path, "uttrekk/a.xlsx")
    (patient,) = rows_of(tmp_path / "b.zip")
    assert isinstance(patient, PatientRow)
    assert patient.place == ("uttrekk/a.xlsx", 2)


def unreadable(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        rows_of(path)
    return str(refused.value)


def test_what_is_no_spreadsheet_of_ours_is_refused_in_words(tmp_path: Path) -> None:
    assert "er tom" in unreadable(book(tmp_path / "tom.xlsx", Ark=[]))
    assert "er tom" in unreadable(book(tmp_path / "en.xlsx", Ark=[("bare en celle",)]))
    for name, word in (("a.xls", "Excel 97"), ("a.ods", "OpenDocument"), ("a.xlsb", "Binary")):
        assert word in unreadable(written(tmp_path, "x", name))
    assert "skadet" in unreadable(written(tmp_path, "ikke et regneark", "b.xlsx"))
    with zipfile.ZipFile(tmp_path / "c.xlsx", "w") as archive:
        archive.writestr("liste.csv", "fnr;fornavn\n")
    assert "skadet" in unreadable(tmp_path / "c.xlsx")


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with its sheet's XML changed."""
    to = path.with_name("endret.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.startswith("xl/worksheets/") else content)
    return to


@pytest.mark.parametrize(
    ("pattern", "new", "words"),
    [
        (rb'r="D2"', b'r="XFD1048576"', "for mange rader"),  # 17 billion cells to whoever holds a rectangle
        (rb'r="D2"', b'r="ZZZ9999999"', "for mange rader"),
        (rb'<c r="[A-D]2"', b"<c", "lagre det på nytt"),  # cells that do not say where they stand
        (rb'<c r="D2"', b'<x:c r="XFD1048576"', "for mange rader"),
        (rb'<c r="D2"', b'<c q=">" r="XFD1048576"', "lagre det på nytt"),
        (rb"</sheetData>", b"</sheet", "skadet"),
    ],
)
def test_a_sheet_that_would_fill_memory_is_refused_before_it_is_opened(
    tmp_path: Path, pattern: bytes, new: bytes, words: str
) -> None:
    path = book(tmp_path / "a.xlsx", Ark=[("fnr", "fornavn", "etternavn", "født"), (KARI, "A", "B", BORN)])
    assert words in unreadable(rewritten(path, lambda xml: re.sub(pattern, new, xml)))


def test_empty_cells_that_are_only_coloured_to_the_end_of_the_sheet_are_no_rows(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Ark=[("fnr", "fornavn", "etternavn", "født"), (KARI, "A", "B", BORN)])
    coloured = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    rows = rows_of(rewritten(path, lambda xml: xml.replace(b"</sheetData>", coloured)))
    assert [type(row) for row in rows] == [PatientRow]


def test_a_spreadsheet_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", Ark=[("fnr", "fornavn", "etternavn", "født"), (KARI, "A", "B", BORN)])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bilde.bin", bytes(30_000_000))
    assert "tett" in unreadable(path)


def test_every_alias_leads_to_a_column_that_is_read() -> None:
    assert set(ALIASES.values()) == set(COLUMNS)
