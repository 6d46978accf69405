"""Reading files, without a database: what each format becomes, and what is said of what cannot be read."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import random
import tracemalloc
import zipfile
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest

from patients.imports.reading import Import, read, recognise
from patients.imports.rows import (
    LOCAL,
    ConditionRow,
    EncounterRow,
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
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
    conditions = [row for row in rows if isinstance(row, ConditionRow)]
    assert [(c.icpc2, c.starts_on, c.ends_on, c.mistaken) for c in conditions] == [
        ("T90", dt.date(2010, 5, 1), None, False),
        ("K86", dt.date(2011, 1, 1), dt.date(2012, 1, 1), False),
        ("R96", None, TODAY, True),
    ]
    assert [u.text for u in rows if isinstance(u, Unmapped)] == ["Stress (finding)", ""]
    assert [m.source_code for m in rows if isinstance(m, MedicationRow)] == ["A10BA02", "paracet", "C09AA05"]
    assert [row.kind for row in rows if isinstance(row, Ignored)] == ["encounters", "Observation"]
    assert "999-" not in repr(rows)
    assert "fritekst" not in repr(rows)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "ikke en FHIR-ressurs"),
        ("[1]", "ikke en FHIR-ressurs"),
        ("[" * 5000, "ikke en FHIR-ressurs"),
        ('{"resourceType":"Patient"}', "Mangler"),
        ('{"resourceType":"Patient","id":""}', "Mangler"),
        ('{"resourceType":"Patient","id":"a/"}', "Mangler"),
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


@pytest.mark.parametrize("bad", ["\\u0000", "\\ud800", "\\uDFff", "\\udc00\\ud800"])
@pytest.mark.parametrize(
    ("resource", "column"),
    [
        ('{"resourceType":"Condition","subject":{"reference":"Patient/a*"}}', "subject"),
        ('{"resourceType":"Condition","subject":{"identifier":{"system":"x*","value":"1"}}}', "subject"),
        ('{"resourceType":"Condition","subject":{"identifier":{"system":"x","value":"1*"}}}', "subject"),
        ('{"resourceType":"Patient","id":"a*","birthDate":"1985-02-01","name":[{"family":"A","given":["B"]}],'
         '"identifier":[{"system":"x","value":"1"}]}', "id"),
        ('{"resourceType":"Patient","id":"a","birthDate":"1985-02-01","name":[{"family":"A","given":["B"]}],'
         '"identifier":[{"system":"x","value":"1*"}]}', "identifier"),
        ('{"resourceType":"Patient","id":"a","birthDate":"1985-02-01","name":[{"family":"A","given":["B*"]}],'
         '"identifier":[{"system":"x","value":"1"}]}', "name"),
        ('{"resourceType":"Patient","id":"a","birthDate":"1985-02-01","name":[{"family":"A","given":["B"]}],'
         '"identifier":[{"system":"x","value":"1"}],'
         '"link":[{"type":"replaces","other":{"reference":"Patient/b*"}}]}', "link"),
    ],
)  # fmt: skip
def test_a_name_or_number_with_what_no_text_can_hold_is_a_row_error(
    tmp_path: Path, resource: str, column: str, bad: str
) -> None:
    ((number, found, message),) = errors(rows_in(tmp_path, resource.replace("*", bad), "x.ndjson"))
    assert (number, found) == (1, column)
    assert "ikke kan leses" in message


def test_descriptions_lose_what_no_text_can_hold_and_keep_the_rest(tmp_path: Path) -> None:
    (row, other, group) = rows_in(
        tmp_path,
        '{"resourceType":"Condition","subject":{"reference":"a"},'
        '"code":{"coding":[{"system":"s\\u0000","code":"c\\ud800","display":"\\ud83d\\ude00 d\\\\u0000\\udfff"}]}}\n'
        '{"resourceType":"Encounter","id":"e","subject":{"reference":"a"},"status":"finished",'
        '"period":{"start":"2026-01-01"},"class":{"code":"AMB\\u0000"}}\n'
        '{"resourceType":"A\\u0000B"}\n',
        "x.ndjson",
    )
    assert row == Unmapped("s", "c", "\U0001f600 d\\u0000")
    assert isinstance(other, EncounterRow)
    assert other.act_class == "AMB"
    assert group == Ignored("AB")


def test_names_are_never_cut_to_fit_so_that_two_become_one(tmp_path: Path) -> None:
    line = f'{{"resourceType":"Condition","subject":{{"reference":"{"a" * 81}"}}}}'
    assert errors(rows_in(tmp_path, line, "x.ndjson")) == [(1, "subject", "Lengre enn 80 tegn.")]


@pytest.mark.parametrize(
    "when",
    [
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:30:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01",
        "1899-12-31",
        "2027-11-23",
    ],
)
@pytest.mark.parametrize("end", ["start", "end"])
def test_a_contact_outside_anybodys_time_is_a_row_error(tmp_path: Path, when: str, end: str) -> None:
    period = {"start": "2026-01-01", end: when}
    line = {"resourceType": "Encounter", "id": "e", "subject": {"reference": "a"}, "status": "finished",
            "class": {}, "period": period}  # fmt: skip
    assert [(n, c) for n, c, _ in errors(rows_in(tmp_path, json.dumps(line), "x.ndjson"))] == [(1, "period")]


def test_a_byte_that_is_no_letter_is_told_of_in_its_row(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    bad = GOOD.replace("Kari", "K\x00ri").encode().replace(b"\0", b"\x81")
    path.write_bytes(b"\n".join([HEAD.encode("cp1252"), bad, GOOD.encode("cp1252"), b""]))
    rows = rows_of(path)
    assert errors(rows) == [
        (2, "fornavn", "Inneholder tegn som ikke kan leses. Lagre filen på nytt som UTF-8.")
    ]
    assert any(isinstance(row, PatientRow) for row in rows)


def test_one_broken_byte_refuses_its_row_and_leaves_the_letters_of_all_others(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    good, broken = GOOD.replace("Kari", "Åse"), GOOD.replace("Kari", "K?re")
    lines = [HEAD, good, broken, good.replace("Oppspinn", "Ærø")]
    path.write_bytes("\n".join(lines).encode().replace(b"K?re", b"K\xe5re"))
    rows = rows_of(path)
    assert [(row, column) for row, column, _ in errors(rows)] == [(3, "fornavn")]
    assert [(p.given_name, p.family_name) for p in rows if isinstance(p, PatientRow)] == [
        ("Åse", "Oppspinn"),
        ("Åse", "Ærø"),
    ]


def test_text_that_is_neither_utf8_nor_windows_1252_is_refused_in_words(tmp_path: Path) -> None:
    for encoding in ("utf-16-le", "utf-32", "utf-16-be"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(f"{HEAD}\n{GOOD}\n".encode(encoding))
        assert "ikke en tekstfil" in unreadable(path)
    path.write_bytes(codecs.BOM_UTF16_LE)
    assert "er tom" in unreadable(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", f"{HEAD}\n"),
        ("a.csv", f"{HEAD}\n\n;;;;;\n\n"),
        ("a.ndjson", "\n \n"),
        ("a.json", '{"resourceType": "Bundle",\n"entry": []}'),
        ("a.json", '{"resourceType": "Bundle", "type": "searchset"}'),
    ],
)
def test_a_file_with_a_heading_and_nothing_else_is_refused_in_words(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)
    assert "ingen rader" in unreadable(tmp_path / name)
    (tmp_path / ("b" + name[1:])).write_text(
        f"{HEAD}\n{GOOD}\n" if name == "a.csv" else '{"resourceType":"Group"}'
    )
    assert len(rows_of(tmp_path)) > 0  # one file of several may be empty


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
    assert "Fant ingen fil" in unreadable(written("b.csv", b"farger\nblue\n"))
    assert "finnes ikke" in unreadable(tmp_path / "borte.csv")
    assert "skadet" in unreadable(written("c.zip", b"ikke en zip"))
    text = f'{HEAD}\n{GOOD}\n{KARI};"Kari;Oppspinn;01.02.1985;K;\n{GOOD}\n'
    assert "rad 3" in unreadable(written("d.csv", text.encode()))
    (tmp_path / "mappe").mkdir()
    assert "Mappen er tom" in unreadable(tmp_path / "mappe")


def test_csv_and_fhir_together_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"{HEAD}\n{GOOD}\n")
    (tmp_path / "b.ndjson").write_text('{"resourceType":"Group"}\n')
    assert "Både tabeller og FHIR" in unreadable(tmp_path)


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
    flags = content.index(b"PK\x01\x02") + 8
    for flag in (0x1, 0x40):
        content[flags] = flag  # the directory's flags for encryption
        locked.write_bytes(content)
        assert "passord" in unreadable(locked)
    content[flags] = 0x20  # a patch to some other file
    locked.write_bytes(content)
    assert "på en måte som ikke kan leses" in unreadable(locked)


@pytest.mark.parametrize("method", [1, 6, 9, 12, 14, 93, 95, 97, 98, 99])
def test_a_zip_packed_in_a_way_we_do_not_read_is_refused(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path / "x.zip", **{"liste.csv": f"{HEAD}\n{GOOD}\n"})
    content = bytearray(path.read_bytes())
    content[8] = content[content.index(b"PK\x01\x02") + 10] = method
    path.write_bytes(content)
    assert "på en måte som ikke kan leses" in unreadable(path)


def test_a_zip_whose_names_or_places_are_nonsense_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", **{"å.csv": f"{HEAD}\n{GOOD}\n"})
    good = path.read_bytes()
    directory = good.index(b"PK\x01\x02")
    name = "å.csv".encode()
    for at, new in (
        (good.index(name), b"\xff"),  # not UTF-8 in the file's own header
        (good.rindex(name), b"\xff"),  # nor in the directory
        (directory + 42, b"\xff\xff\xff\x7f"),  # a file that begins after the end
        (good.index(b"PK\x05\x06") + 16, b"\xff\xff\0\0"),  # every place before the beginning
    ):
        path.write_bytes(good[:at] + new + good[at + len(new) :])
        assert "skadet" in unreadable(path)


def test_bytes_changed_anywhere_in_a_zip_never_raise_anything_else(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", **{"liste.csv": f"{HEAD}\n{GOOD}\n", "å.csv": "x"})
    good, chance = path.read_bytes(), random.Random(1)
    for _ in range(400):
        content = bytearray(good)
        for _ in range(chance.choice((1, 2, 3))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        with suppress(Unreadable):
            rows_of(path)


def test_a_zip_bomb_and_a_zip_past_the_limit_are_refused(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bombe.zip", **{"liste.csv": HEAD + "\n" + " " * 30_000_000})
    assert bomb.stat().st_size < 100_000
    assert "tett" in unreadable(bomb)
    with pytest.raises(Unreadable, match="mer enn"):
        files_at(bomb, unpacked_max=1_000_000)


def test_a_zip_in_a_zip_is_not_opened_and_one_of_too_many_files_is_refused(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inne.zip", **{"liste.csv": f"{HEAD}\n{GOOD}\n"})
    with zipfile.ZipFile(tmp_path / "ute.zip", "w") as archive:
        archive.write(inner, "inne.zip")
    assert "Filtypen" in unreadable(tmp_path / "ute.zip")
    many = {f"{number}.csv": f"{HEAD}\n{GOOD}\n" for number in range(501)}
    assert "mer enn" in unreadable(zipped(tmp_path / "mange.zip", **many))


def test_two_hundred_megabytes_are_looked_through_and_read_a_row_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    with path.open("w") as file:
        file.write(f"{HEAD};merknad\n")
        file.writelines([f"{GOOD};{'x' * 100_000}\n"] * 2_000)
    assert path.stat().st_size > 200_000_000
    tracemalloc.start()
    found = recognise(path)
    told: list[int] = []
    rows = list(islice(read(found, today=TODAY, synthetic_only=True, progress=told.append), 600))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.lines == 2_000
    assert sum(isinstance(row, PatientRow) for row in rows) == 300
    assert told[-1] < 600  # the rest of the file has not been asked for
    assert peak < 20_000_000


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    assert "for lang" in unreadable(zipped(tmp_path / "a.zip", **{"a.csv": f"{HEAD}\n" + GOOD * 200_000}))


def test_a_damaged_zip_is_refused_where_it_breaks(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", **{"liste.csv": f"{HEAD}\n" + f"{GOOD}\n" * 2000})
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    assert "skadet" in unreadable(path)


def test_progress_is_told_as_it_goes_to_the_last_line_and_never_passes_the_total() -> None:
    found: Import = recognise(DATA / "synthea")
    told: list[int] = []
    list(read(found, today=TODAY, synthetic_only=True, progress=told.append))
    assert told == [5, 7, 9]  # after each of the three files
    assert found.lines == 9
