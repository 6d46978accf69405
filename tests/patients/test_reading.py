"""Reading files, without a database: what each format becomes, and what is said of what cannot be read."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest

from patients.imports.reading import Import, read, recognise
from patients.imports.rows import (
    LOCAL,
    ConditionRow,
    Ignored,
    MedicationRow,
    PatientRow,
    Row,
    RowError,
    Unmapped,
    Unreadable,
)
from patients.imports.source import files_at
from patients.personnummer import FNR_SYSTEM, make_tenor

DATA = Path(__file__).parent / "data"
TODAY = dt.date(2026, 11, 21)
HEAD = "personnummer;fornavn;etternavn;født;kjønn;tilstander"
KARI = make_tenor(dt.date(1985, 2, 1), 0)
GOOD = f"{KARI};Kari;Oppspinn;01.02.1985;K;T90"


def rows_of(path: Path) -> list[Row]:
    return list(read(recognise(path), today=TODAY, synthetic_only=True, progress=lambda n: None))


def rows_in(folder: Path, text: str, name: str = "liste.csv", encoding: str = "utf-8") -> list[Row]:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return rows_of(path)


def errors(rows: list[Row]) -> list[tuple[int, str, str]]:
    return [(row.place.row, row.column, row.message) for row in rows if isinstance(row, RowError)]


def test_a_patient_list_becomes_patients_conditions_and_drugs() -> None:
    rows = rows_of(DATA / "liste.csv")
    patients = [row for row in rows if isinstance(row, PatientRow)]
    assert [(p.given_name, p.family_name, p.sex, p.doctor) for p in patients] == [
        ("Fiktiv", "Prøvesen", "female", "Hanne Holm"),
        ("Oppdiktet", "Eksempel stad", "male", "Dr. Aune, Arne"),
        ("Påfunn", "Åsrud", "female", ""),
    ]
    assert [p.birth_date for p in patients][:2] == [dt.date(1958, 3, 14), dt.date(1971, 11, 2)]
    assert patients[2].deceased_on == dt.date(2026, 1, 12)
    assert patients[0].identifiers[0] == (FNR_SYSTEM, make_tenor(dt.date(1958, 3, 14), 0))
    assert [c.icpc2 for c in rows if isinstance(c, ConditionRow)] == ["T90", "K86", "R95", "P70"]
    assert [u.code for u in rows if isinstance(u, Unmapped)] == ["A04"]
    assert [m.source_code for m in rows if isinstance(m, MedicationRow)] == ["A10BA02", "C09AA05"]


def test_row_numbers_are_those_of_a_spreadsheet_also_after_a_quoted_line_end() -> None:
    places = [row.place.row for row in rows_of(DATA / "liste.csv") if isinstance(row, PatientRow)]
    assert places == [2, 3, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encoding_and_separator_are_found_out(tmp_path: Path, encoding: str, separator: str) -> None:
    text = f"{HEAD}\r\n{KARI};Åse;Ærøe;01.02.1985;K;T90 K86\r\n".replace(";", separator)
    patient, *conditions = rows_in(tmp_path, text, encoding=encoding)
    assert isinstance(patient, PatientRow)
    assert (patient.given_name, patient.family_name) == ("Åse", "Ærøe")
    assert len(conditions) == 2


def test_a_number_that_lost_its_leading_zero_in_a_spreadsheet_is_the_same_number(tmp_path: Path) -> None:
    (patient, _) = rows_in(tmp_path, f"{HEAD}\n{KARI[1:]};Kari;Oppspinn;01.02.1985;K;T90\n")
    assert KARI.startswith("0")
    assert isinstance(patient, PatientRow)
    assert patient.identifiers == ((FNR_SYSTEM, KARI),)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (f"{KARI};Kari;Oppspinn;01.02.2985;K;", "født", "framtiden"),
        (f"{KARI};Kari;Oppspinn;1985;K;", "født", "Hele fødselsdatoen"),
        (f"{KARI};Kari;Oppspinn;31.02.1985;K;", "født", "Ikke en dato"),
        (f"{KARI};Kari;Oppspinn;;K;", "født", "Mangler"),
        (f"{KARI};Kari;Oppspinn;01.02.1785;K;", "født", "lenge siden"),
        (f"{KARI};;Oppspinn;01.02.1985;K;", "fornavn", "Mangler"),
        (f"{KARI};{'K' * 81};Oppspinn;01.02.1985;K;", "fornavn", "80 tegn"),
        (f"{KARI};Ka\x07ri;Oppspinn;01.02.1985;K;", "fornavn", "tegn"),
        (f"{KARI};Kari;Oppspinn;01.02.1985;X;", "kjønn", "K, M"),
        (f"{KARI};Kari;Oppspinn;01.02.1985;K;T90, sukkersyke", "tilstander", "ICPC-2"),
        (";Kari;Oppspinn;01.02.1985;K;", "personnummer", "verken"),
        ("123;Kari;Oppspinn;01.02.1985;K;", "personnummer", "elleve siffer"),
        (f"{KARI[:-1]}0;Kari;Oppspinn;01.02.1985;K;", "personnummer", "Kontrollsifrene"),
        ("01410100033;Kari;Oppspinn;01.02.1985;K;", "personnummer", "syntetiske"),
        (f"{KARI};Kari;Oppspinn", "", "like mange felt"),
    ],
)
def test_a_bad_row_is_refused_whole_with_its_number_and_without_its_words(
    tmp_path: Path, row: str, column: str, words: str
) -> None:
    rows = rows_in(tmp_path, f"{HEAD}\n{GOOD}\n{row}\n")
    ((number, found, message),) = errors(rows)
    assert (number, found) == (3, column)
    assert words in message
    assert not {"Kari", "Oppspinn", "sukkersyke", KARI} & set(message.replace(".", " ").split())
    assert len(rows) == 3  # the good row's patient and condition, and the error


def test_a_real_number_is_taken_in_production_only(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text(f"{HEAD}\n01410100033;Kari;Oppspinn;01.01.2001;K;\n")
    (row,) = read(recognise(path), today=TODAY, synthetic_only=False, progress=lambda n: None)
    assert isinstance(row, PatientRow)


def test_synthea_is_recognised_by_its_headings_and_the_american_number_is_not_read() -> None:
    rows = rows_of(DATA / "synthea")
    patients = [row for row in rows if isinstance(row, PatientRow)]
    assert len(patients) == 2
    assert [p.deceased_on for p in patients] == [None, dt.date(1999, 12, 31)]
    assert [(c.icpc2, c.ends_on) for c in rows if isinstance(c, ConditionRow)] == [
        ("T90", None),
        ("T90", None),
        ("R96", dt.date(1970, 1, 1)),
        ("K76", None),
    ]
    assert [(u.code, u.text) for u in rows if isinstance(u, Unmapped)] == [("15777000", "Prediabetes")]
    assert [m.in_use for m in rows if isinstance(m, MedicationRow)] == [True, False]
    assert "999-" not in repr(rows)


def test_fhir_reads_four_kinds_and_counts_the_rest() -> None:
    rows = rows_of(DATA / "fhir")
    patients = [row for row in rows if isinstance(row, PatientRow)]
    assert (patients[0].given_name, patients[0].family_name) == ("Kari Ann", "Oppspinn")
    assert patients[3].deceased_on == TODAY
    assert not patients[3].deceased_exact
    # Nils has no number but the resource's own id, which is unique in the world; the SSN is not kept.
    assert {i.system for i in patients[2].identifiers} == {"urn:ietf:rfc:4122", LOCAL}
    assert [(c.icpc2, c.starts_on, c.ends_on) for c in rows if isinstance(c, ConditionRow)] == [
        ("T90", dt.date(2010, 5, 1), None),
        ("K86", dt.date(2011, 1, 1), dt.date(2012, 1, 1)),
    ]
    assert [u.text for u in rows if isinstance(u, Unmapped)] == ["Stress (finding)", ""]
    assert [m.source_code for m in rows if isinstance(m, MedicationRow)] == ["A10BA02", "paracet", "C09AA05"]
    assert [row.kind for row in rows if isinstance(row, Ignored)] == [
        "conditions",
        "encounters",
        "Observation",
    ]
    assert "999-" not in repr(rows)
    assert "fritekst" not in repr(rows)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "ikke en FHIR-ressurs"),
        ("[1]", "ikke en FHIR-ressurs"),
        ("[" * 5000, "ikke en FHIR-ressurs"),
        ('{"resourceType":"Patient"}', "Mangler"),
        ('{"resourceType":"Patient","id":"a","birthDate":19850201}', "FHIR R4"),
        ('{"resourceType":"Patient","id":"a","birthDate":"1985-02-01","name":"Kari"}', "FHIR R4"),
        ('{"resourceType":"Condition","subject":{}}', "hvilken pasient"),
        ('{"resourceType":"Condition","subject":"Patient/a"}', "FHIR R4"),
        ('{"resourceType":"MedicationRequest","subject":{"reference":"Patient/a"},"status":[]}', "FHIR R4"),
        (
            '{"resourceType":"Encounter","subject":{"reference":"a"},"status":"finished","period":{}}',
            "Mangler",
        ),
    ],
)
def test_a_resource_of_any_shape_becomes_a_row_error(tmp_path: Path, line: str, words: str) -> None:
    ((number, _, message),) = errors(rows_in(tmp_path, f'\n{line}\n{{"resourceType":"Group"}}\n', "x.ndjson"))
    assert number == 2
    assert words in message


def test_a_patient_who_is_only_number_17_of_some_sender_is_refused(tmp_path: Path) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "17",
        "birthDate": "1985-02-01",
        "name": [{"family": "A", "given": ["B"]}],
    }
    ((_, column, message),) = errors(rows_in(tmp_path, json.dumps(patient), "x.ndjson"))
    assert column == "identifier"
    assert "verken" in message


def test_a_line_that_is_not_utf8_is_a_row_error(tmp_path: Path) -> None:
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"resourceType":"Group"}\n{"resourceType":"\xff"}\n')
    assert errors(rows_of(path)) == [(2, "", "Linjen er ikke UTF-8.")]


def unreadable(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        rows_of(path)
    return str(refused.value)


def test_files_that_are_no_import_are_refused_in_words(tmp_path: Path) -> None:
    def written(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    assert "er tom" in unreadable(written("tom.csv", b""))
    assert "Filtypen" in unreadable(written("liste.pdf", b"%PDF-1.4"))
    assert "ikke en tekstfil" in unreadable(written("liste.csv", b"PK\0\0"))
    assert "mangler kolonner: født" in unreadable(written("a.csv", b"personnummer;fornavn;etternavn\n"))
    assert "Fant ingen fil" in unreadable(written("b.csv", b"farge;antall\n"))
    assert "finnes ikke" in unreadable(tmp_path / "borte.csv")
    assert "skadet" in unreadable(written("c.zip", b"ikke en zip"))
    text = f'{HEAD}\n{GOOD}\n{KARI};"Kari;Oppspinn;01.02.1985;K;\n{GOOD}\n'
    assert "rad 3" in unreadable(written("d.csv", text.encode()))
    (tmp_path / "mappe").mkdir()
    assert "Mappen er tom" in unreadable(tmp_path / "mappe")


def test_csv_and_fhir_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEAD}\n{GOOD}\n")
    (tmp_path / "b.ndjson").write_text('{"resourceType":"Group"}\n')
    assert "Både CSV og FHIR" in unreadable(tmp_path)


def test_an_unknown_file_beside_known_ones_is_passed_over_and_named(tmp_path: Path) -> None:
    (tmp_path / "liste.csv").write_text(f"{HEAD}\n{GOOD}\n")
    (tmp_path / "farger.csv").write_text("farge;antall\n")
    (tmp_path / "LES.pdf").write_bytes(b"%PDF")
    assert recognise(tmp_path).passed_over == ("LES.pdf", "farger.csv")


def zipped(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_a_zip_of_the_files_reads_as_the_folder(tmp_path: Path) -> None:
    path = tmp_path / "fhir.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((DATA / "fhir").iterdir()):
            archive.write(file, f"eksport/{file.name}")
        archive.writestr("__MACOSX/._Patient.ndjson", "x")
    assert len(rows_of(path)) == len(rows_of(DATA / "fhir"))
    (tmp_path / "bare zip").mkdir()
    path.rename(tmp_path / "bare zip" / "fhir.zip")
    assert len(rows_of(tmp_path / "bare zip")) == len(rows_of(DATA / "fhir"))


@pytest.mark.parametrize(
    "name", ["/etc/liste.csv", "../liste.csv", "a/../../liste.csv", "..\\liste.csv", "C:\\liste.csv"]
)
def test_a_zip_with_paths_out_of_it_is_refused(tmp_path: Path, name: str) -> None:
    assert "sti" in unreadable(zipped(tmp_path / "x.zip", **{name: HEAD}))


def test_a_zip_with_a_link_or_a_password_is_refused(tmp_path: Path) -> None:
    linked = zipfile.ZipInfo("liste.csv")
    linked.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "lenke.zip", "w") as archive:
        archive.writestr(linked, "/etc/passwd")
    assert "lenke" in unreadable(tmp_path / "lenke.zip")
    locked = zipped(tmp_path / "låst.zip", **{"liste.csv": HEAD})
    content = bytearray(locked.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the directory's flag for encryption
    locked.write_bytes(content)
    assert "passord" in unreadable(locked)


def test_a_zip_bomb_and_a_zip_past_the_limit_are_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bombe.zip", **{"liste.csv": HEAD + "\n" + " " * 30_000_000})
    assert bomb.stat().st_size < 100_000
    assert "tett" in unreadable(bomb)
    with pytest.raises(Unreadable, match="mer enn"):
        files_at(bomb, unpacked_max=1_000_000)


def test_a_damaged_zip_is_refused_where_it_breaks(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", **{"liste.csv": f"{HEAD}\n" + f"{GOOD}\n" * 2000})
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    assert "skadet" in unreadable(path)


def test_progress_counts_every_line_and_never_passes_the_total() -> None:
    found: Import = recognise(DATA / "synthea")
    told: list[int] = []
    list(read(found, today=TODAY, synthetic_only=True, progress=told.append))
    assert told == list(range(1, 10))
    assert found.lines == 9
