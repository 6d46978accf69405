"""Refused rows, written back to be mended: what comes out reads as what went in, less the good rows."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from patients.imports.pick import write_rows
from patients.imports.reading import read, recognise
from patients.imports.rows import PatientRow, Row, RowError, Unreadable
from tests.patients.test_bundles import bundle, diabetes, doctor, person
from tests.patients.test_tables import book

DATA = Path(__file__).parent / "data"
TODAY = dt.date(2026, 11, 21)
HEAD = "pasientnr;fornavn;etternavn;født"


def rows_of(path: Path) -> list[Row]:
    return list(read(recognise(path), today=TODAY, synthetic_only=True, progress=lambda n: None))


def picked(path: Path, folder: Path, **rows: list[int]) -> Path:
    """Rows by file name without its suffix."""
    found = recognise(path)
    named = {part.file.name: rows.get(Path(part.file.name).stem, []) for part in found.parts}
    (folder / "ut").mkdir(exist_ok=True)
    return write_rows(found, named, folder / "ut")


@pytest.mark.parametrize("bom", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_rows_of_a_csv_come_back_byte_for_byte_under_their_heading_and_utf8_with_its_mark(
    tmp_path: Path, bom: bytes, encoding: str, line_end: str
) -> None:
    lines = [
        HEAD.replace("født", '"født"'),
        "1;Åse;B;1985",
        '2;"A\nny ""linje""";Ø;x',
        "",
        "3;A;B;2985-01-01",
        "4;A;B;1985-01-01",
    ]
    whole = [line.encode(encoding) + line_end.encode() for line in lines]
    (tmp_path / "liste.csv").write_bytes((bom if encoding == "utf-8" else b"") + b"".join(whole))
    out = picked(tmp_path / "liste.csv", tmp_path, liste=[3, 5])
    assert out.name == "liste-avvist.csv"
    mark = codecs.BOM_UTF8 if encoding == "utf-8" else b""
    assert out.read_bytes() == mark + whole[0] + whole[2] + whole[4]


def test_a_byte_that_is_no_letter_comes_back_as_it_is(tmp_path: Path) -> None:
    lines = [HEAD.encode(), "1;Åse;Ærø;1985-01-01".encode(), b"2;K\xe5re;B;1985-01-01", b""]
    (tmp_path / "liste.csv").write_bytes(b"\n".join(lines))
    out = picked(tmp_path / "liste.csv", tmp_path, liste=[3])
    assert out.read_bytes() == codecs.BOM_UTF8 + b"\n".join([lines[0], lines[2], b""])
    assert [row.column for row in rows_of(out) if isinstance(row, RowError)] == ["fornavn"]


def test_rows_that_would_look_like_another_encoding_by_themselves_are_written_as_that(tmp_path: Path) -> None:
    lines = [
        HEAD,
        "1;Åse;Ærø;1985-01-01",
        "2;Bjørn;Ås;1985-01-01",
        "3;Ã¥;Ã¥;x",
    ]  # the last is cp1252, and å in UTF-8
    (tmp_path / "liste.csv").write_text("\n".join(lines), encoding="cp1252")
    out = picked(tmp_path / "liste.csv", tmp_path, liste=[4])
    assert out.read_text("utf-8-sig").splitlines() == [lines[0], lines[3]]


def test_excels_unicode_text_comes_back_as_that(tmp_path: Path) -> None:
    text = f"{HEAD}\r\n1;Å;B;1985-01-01\r\n2;Å;B;x\r\n".replace(";", "\t")
    (tmp_path / "liste.txt").write_bytes(text.encode("utf-16"))
    out = picked(tmp_path / "liste.txt", tmp_path, liste=[3])
    assert [(row.place.row, row.column) for row in rows_of(out) if isinstance(row, RowError)] == [(2, "født")]
    assert out.read_bytes().startswith(codecs.BOM_UTF16_LE)


def test_rows_of_a_spreadsheet_come_back_as_a_spreadsheet_with_its_dates_and_texts(tmp_path: Path) -> None:
    head = ("pasientnr", "fornavn", "etternavn", "født", "fastlege")
    path = book(
        tmp_path / "a.xlsx",
        Pasienter=[
            ("Uttrekk",),
            head,
            (1, "A", "B", dt.date(1985, 2, 1)),
            ("02", "'=1+1", "B", dt.date(2985, 2, 1)),
        ],
    )
    out = picked(path, tmp_path, a=[4])
    assert out.name == "a-avvist.xlsx"
    (sheet,) = [CalamineWorkbook.from_path(out).get_sheet_by_index(0)]
    assert sheet.to_python() == [list(head), ["02", "'=1+1", "B", dt.date(2985, 2, 1), ""]]
    assert [row.column for row in rows_of(out) if isinstance(row, RowError)] == ["født"]


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate([("pasientnr", "fornavn", "etternavn", "født"), ("1", "=1+1", "B", "x")]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell)
    out = picked(path, tmp_path, a=[2])
    with zipfile.ZipFile(out) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def lines_in(folder: Path, name: str, *resources: Any) -> None:
    text = "\n".join(r if isinstance(r, str) else json.dumps(r) for r in resources)
    (folder / name).write_text(text, encoding="utf-8")


def test_of_ndjson_a_picked_condition_brings_its_patient_and_the_doctors(tmp_path: Path) -> None:
    folder = tmp_path / "fhir"
    folder.mkdir()
    lines_in(folder, "Patient.ndjson", person("p1"), "", person("p2"), person("p3", birthDate="x"))
    lines_in(folder, "Condition.ndjson", diabetes("Patient/p1"), '{"resourceType":"Condition","subject":1}', diabetes("Patient/p2"))  # fmt: skip
    lines_in(folder, "Practitioner.ndjson", doctor())
    out = picked(folder, tmp_path, Patient=[4], Condition=[2, 3])
    with zipfile.ZipFile(out) as archive:
        told = {name: archive.read(name).decode().splitlines() for name in archive.namelist()}
    assert sorted(told) == ["Condition.ndjson", "Patient.ndjson"]
    assert told["Patient.ndjson"] == [json.dumps(person("p2")), json.dumps(person("p3", birthDate="x"))]
    assert told["Condition.ndjson"] == [
        '{"resourceType":"Condition","subject":1}',
        json.dumps(diabetes("Patient/p2")),
    ]


def test_of_a_bundle_comes_a_bundle(tmp_path: Path) -> None:
    path = tmp_path / "alt.json"
    wrong = '{"resource": {"resourceType": "Patient", "id": "p9", "id": "p9"}}'
    good = [
        {"fullUrl": "urn:uuid:b", "resource": person("p2")},
        {"resource": diabetes("urn:uuid:b")},
        {"resource": doctor()},
    ]
    entries = ",\n".join([json.dumps({"resource": person()}), wrong, *map(json.dumps, good)])
    path.write_text('{"type": "searchset", "entry": [\n' + entries + '], "resourceType": "Bundle"}')
    out = picked(path, tmp_path, alt=[2, 4])
    assert out.name == "alt-avvist.json"
    assert out.read_text() == (
        '{"resourceType": "Bundle", "type": "collection", "entry": [\n'
        + ",\n".join([wrong, *map(json.dumps, good)])
        + "\n]}\n"
    )
    rows = rows_of(out)
    assert sum(isinstance(row, RowError) for row in rows) == 1
    assert [row.identifiers[0].value for row in rows if isinstance(row, PatientRow)] == ["p2"]


def test_a_bundle_in_a_line_comes_back_whole(tmp_path: Path) -> None:
    lines_in(tmp_path, "a.ndjson", bundle(person("p1")), bundle(person("p2"), diabetes("Patient/p2")), bundle(person("p3")))  # fmt: skip
    out = picked(tmp_path / "a.ndjson", tmp_path, a=[2])
    assert out.read_text() == json.dumps(bundle(person("p2"), diabetes("Patient/p2"))) + "\n"


def test_rows_of_several_files_come_in_a_zip_under_their_names_and_files_without_any_are_left_out(
    tmp_path: Path,
) -> None:
    packed = tmp_path / "inn.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("a/patients.csv", "b/conditions.csv", "b/medications.csv"):
            archive.write(DATA / "synthea" / Path(name).name, name)
    out = picked(packed, tmp_path, patients=[2], conditions=[3])
    with zipfile.ZipFile(out) as archive:
        assert sorted(archive.namelist()) == ["a/patients.csv", "b/conditions.csv"]
        assert archive.read("a/patients.csv").count(b"\n") == 2
    assert [p.name for p in out.parent.iterdir()] == [out.name]


def test_rows_that_are_not_there_are_not_written(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text(f"{HEAD}\n1;A;B;x\n")
    with pytest.raises(ValueError, match="no such rows"):
        picked(tmp_path / "liste.csv", tmp_path, liste=[9])
    found = recognise(tmp_path / "liste.csv")
    (tmp_path / "liste.csv").unlink()
    with pytest.raises(Unreadable):
        write_rows(found, {"liste.csv": [2]}, tmp_path)
