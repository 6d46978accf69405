"""FHIR Bundles, and the doctors that patients refer to. Reading only."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from patients.imports.reading import read, recognise
from patients.imports.rows import (
    LOCAL,
    ConditionRow,
    Identifier,
    Ignored,
    PatientRow,
    Row,
    RowError,
    Unreadable,
)
from patients.personnummer import FNR_SYSTEM, make_tenor

DATA = Path(__file__).parent / "data"
TODAY = dt.date(2026, 11, 21)
KARI = make_tenor(dt.date(1985, 2, 1), 0)


def rows_of(path: Path) -> list[Row]:
    return list(read(recognise(path), today=TODAY, synthetic_only=True, progress=lambda n: None))


def written(folder: Path, content: Any, name: str = "bundle.json", indent: int | None = 2) -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, indent=indent, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def bundle(*resources: dict[str, Any], type_: str = "collection", **others: Any) -> dict[str, Any]:
    entries = [r if "resource" in r or "request" in r else {"resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": type_, **others, "entry": entries}


def person(name: str = "p1", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": "urn:epj", "value": name}],
        "birthDate": "1985-02-01",
        "name": [{"family": "Oppspinn", "given": ["Kari"]}],
        **more,
    }


def diabetes(reference: str = "Patient/p1") -> dict[str, Any]:
    coding = {"system": "http://hl7.org/fhir/sid/icpc-2", "code": "T90"}
    return {"resourceType": "Condition", "subject": {"reference": reference}, "code": {"coding": [coding]}}


def doctor(own: str = "d1", **more: Any) -> dict[str, Any]:
    who = [{"family": "Holm", "given": ["Hanne"]}]
    return {"resourceType": "Practitioner", "id": own, "name": who, **more}


def patients(rows: list[Row]) -> list[PatientRow]:
    return [row for row in rows if isinstance(row, PatientRow)]


def errors(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.place.row, row.message) for row in rows if isinstance(row, RowError)]


def unreadable(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        rows_of(path)
    return str(refused.value)


def unplaced(rows: list[Row]) -> list[tuple[Any, ...]]:
    return sorted(
        (tuple(v for n, v in row._asdict().items() if n != "place") for row in rows), key=repr
    )  # fmt: skip


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("type_", ["collection", "searchset", "transaction", "batch", "history"])
def test_a_bundle_of_resources_reads_as_the_same_resources_by_the_line(
    tmp_path: Path, type_: str, indent: int | None
) -> None:
    lines = [
        json.loads(line)
        for f in sorted((DATA / "fhir").iterdir())
        for line in f.read_text().splitlines()
        if line
    ]
    path = written(tmp_path, bundle(*lines, type_=type_), indent=indent)
    assert unplaced(rows_of(path)) == unplaced(rows_of(DATA / "fhir"))


def test_entries_are_counted_as_rows_and_progress_ends_where_it_should(tmp_path: Path) -> None:
    path = written(tmp_path, bundle(person(), {"resource": person("p2", birthDate="x")}, diabetes()))
    found = recognise(path)
    told: list[int] = []
    rows = list(read(found, today=TODAY, synthetic_only=True, progress=told.append))
    assert [row.place.row for row in rows if isinstance(row, PatientRow | ConditionRow)] == [1, 3]
    assert [row for row, _ in errors(rows)] == [2]
    assert told == [1, 2, 3]
    assert found.lines >= 3


def test_bundles_by_the_line_in_several_files_and_in_a_zip(tmp_path: Path) -> None:
    lines = [json.dumps(bundle(person(f"p{n}"), diabetes(f"Patient/p{n}"))) for n in range(3)]
    (tmp_path / "mappe").mkdir()
    written(tmp_path / "mappe", "\n".join(lines), "a.ndjson")
    written(tmp_path / "mappe", bundle(person("p4"), diabetes("Patient/p4")), "b.json")
    rows = rows_of(tmp_path / "mappe")
    assert [p.place for p in patients(rows)] == [
        ("a.ndjson", 1), ("a.ndjson", 2), ("a.ndjson", 3), ("b.json", 1),
    ]  # fmt: skip
    assert sum(isinstance(row, ConditionRow) for row in rows) == 4
    with zipfile.ZipFile(tmp_path / "alt.zip", "w") as archive:
        for file in (tmp_path / "mappe").iterdir():
            archive.write(file, file.name)
    assert unplaced(rows_of(tmp_path / "alt.zip")) == unplaced(rows)


def test_a_resource_by_itself_over_several_lines_is_read(tmp_path: Path) -> None:
    (row,) = rows_of(written(tmp_path, person()))
    assert isinstance(row, PatientRow)
    assert row.place.row == 1


def test_what_a_bundle_says_of_where_an_entry_stands_is_a_name_for_it(tmp_path: Path) -> None:
    nameless = person()
    del nameless["id"]
    kari = {"fullUrl": "urn:uuid:0a0b", "resource": nameless, "request": {"method": "POST", "url": "Patient"}}
    rows = rows_of(written(tmp_path, bundle(kari, diabetes("urn:uuid:0a0b"), type_="transaction")))
    assert Identifier(LOCAL, "0a0b") in patients(rows)[0].identifiers
    (condition,) = [row for row in rows if isinstance(row, ConditionRow)]
    assert condition.subject == (LOCAL, "0a0b")


def test_a_conditional_reference_is_an_identifier(tmp_path: Path) -> None:
    reference = f"Patient?identifier=urn%3Aoid%3A2.16.578.1.12.4.1.4.1|{KARI}"
    (condition,) = rows_of(written(tmp_path, bundle(diabetes(reference))))
    assert isinstance(condition, ConditionRow)
    assert condition.subject == (FNR_SYSTEM, KARI)


@pytest.mark.parametrize("first", ["type", "entry"])
def test_of_a_history_the_newest_version_counts_and_what_was_deleted_is_not_taken_in(
    tmp_path: Path, first: str
) -> None:
    whole = bundle(
        person(birthDate="1985-02-02"),
        {"request": {"method": "DELETE", "url": "Patient/p2"}},
        person(),
        person("p2"),
        person("p3"),
        type_="history",
    )
    ordered = {key: whole[key] for key in sorted(whole, key=lambda key: key != first)}
    rows = rows_of(written(tmp_path, ordered))
    assert [(p.identifiers[0].value, p.birth_date.day) for p in patients(rows)] == [("p1", 2), ("p3", 1)]
    assert rows.count(Ignored("Bundle.entry")) == 3


@pytest.mark.parametrize(
    ("doctors", "reference", "name"),
    [
        ([doctor()], {"reference": "Practitioner/d1"}, "Hanne Holm"),
        ([doctor()], {"reference": "Practitioner/d1/_history/2"}, "Hanne Holm"),
        ([doctor()], {"reference": "Practitioner/d1", "display": "En annen"}, "Hanne Holm"),
        ([doctor()], {"reference": "Practitioner/d2", "display": "Hanne Holm"}, "Hanne Holm"),
        ([doctor()], {"reference": "Practitioner/d2"}, ""),
        ([doctor(name=[{"text": "Dr. Holm, Hanne"}])], {"reference": "Practitioner/d1"}, "Dr. Holm, Hanne"),
        ([{"fullUrl": "urn:uuid:ab", "resource": doctor()}], {"reference": "urn:uuid:ab"}, "Hanne Holm"),
        (
            [doctor(), {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d1"}}],
            {"reference": "PractitionerRole/r"},
            "Hanne Holm",
        ),
        ([doctor(name="Hanne")], {"reference": "Practitioner/d1"}, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [True, False])
def test_a_patients_doctor_is_found_wherever_in_the_import_the_doctor_stands(
    tmp_path: Path, doctors: list[dict[str, Any]], reference: dict[str, Any], name: str, before: bool
) -> None:
    patient = person(generalPractitioner=[{"reference": "Organization/x"}, reference])
    both = [*doctors, patient] if before else [patient, *doctors]
    (found,) = patients(rows_of(written(tmp_path, bundle(*both))))
    assert found.doctor == name


def test_practitioners_in_a_file_of_their_own_are_found(tmp_path: Path) -> None:
    gp = [{"reference": "Practitioner/d1"}]
    written(tmp_path, json.dumps(person(generalPractitioner=gp)), "Patient.ndjson")
    written(tmp_path, json.dumps(doctor()), "Practitioner.ndjson")
    rows = rows_of(tmp_path)
    assert patients(rows)[0].doctor == "Hanne Holm"
    assert Ignored("Practitioner") in rows


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace('"birthDate"', '"id": "p1", "birthDate"'), "to ganger"),
        (lambda text: text.replace('"1985-02-01"', "NaN"), "ikke et tall"),
        (lambda text: text.replace('"1985-02-01"', "-Infinity"), "ikke et tall"),
        (lambda text: text.replace('"1985-02-01"', "1e999"), "for stort"),
        (lambda text: text.replace('"1985-02-01"', "9" * 5000), "for stort"),
        (lambda text: text.replace('"1985-02-01"', "1985"), "FHIR R4"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("by_line", [True, False])
def test_what_json_must_not_say_refuses_the_resource_and_no_other(
    tmp_path: Path, change: Any, words: str, by_line: bool
) -> None:
    bad, good = change(json.dumps(person())), json.dumps(person("p2"))
    if by_line:
        path = written(tmp_path, f"{bad}\n{good}\n", "a.ndjson")
    else:
        path = written(
            tmp_path, f'{{"resourceType": "Bundle",\n"entry": [{{"resource":{bad}}},{{"resource":{good}}}]}}'
        )
    rows = rows_of(path)
    ((row, message),) = errors(rows)
    assert row == 1
    assert words in message
    assert len(patients(rows)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"resourceType":\n"Bundle","entry":[{"resource":{}} {}]}',
        '{"resourceType":\n"Bundle","entry":[{"resource":{}}',
        '{"resourceType":\n"Bundle","entry":[]} og mer',
        '{"resourceType":\n"Bundle","type":"a","type":"b"}',
        '{"resourceType":\n"Bundle" "entry":[]}',
        '{"resourceType":\n"Bundle","entry":[' + "[" * 100_000,
        '{"resourceType":\n"Bundle","entry":[{"resource":' + '{"a":' * 100_000,
        '{"resourceType":\n"Bundle","entry":["' + "x" * (9 * 2**20) + '"]}',
        '{"resourceType":\n"Bundle","a":["' + "x" * (9 * 2**20),
    ],
)
def test_a_bundle_that_stops_being_json_or_is_too_deep_or_too_large_is_refused(
    tmp_path: Path, text: str
) -> None:
    assert "bundle.json er ikke gyldig JSON" in unreadable(written(tmp_path, text))


@pytest.mark.parametrize("entry", ["1", '"a"', "[]", '{"resource": 1}', '{"resource": {"resourceType": 1}}'])
def test_an_entry_of_any_shape_becomes_a_row_error(tmp_path: Path, entry: str) -> None:
    path = written(
        tmp_path, f'{{"resourceType": "Bundle",\n"entry": [{entry}, {json.dumps({"resource": person()})}]}}'
    )
    rows = rows_of(path)
    assert [row for row, _ in errors(rows)] == [1]
    assert len(patients(rows)) == 1


def test_a_bundle_much_larger_than_what_is_read_at_a_time_is_whole(tmp_path: Path) -> None:
    many = [person(f"p{n}", photo=[{"data": "x" * 900}]) for n in range(3000)]
    rows = rows_of(written(tmp_path, bundle(*many), indent=None))
    assert [p.identifiers[0].value for p in patients(rows)] == [f"p{n}" for n in range(3000)]


def test_bundles_in_bundles_are_opened_three_deep_and_no_deeper(tmp_path: Path) -> None:
    inner = bundle(person())
    for _ in range(2):
        inner = bundle(inner)
    assert len(patients(rows_of(written(tmp_path, inner)))) == 1
    for _ in range(3):
        inner = bundle(inner)
    assert rows_of(written(tmp_path, inner)) == [Ignored("Bundle")]


def test_fhir_that_is_not_utf8_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(json.dumps(bundle(person())).encode("utf-16"))
    assert "ikke UTF-8" in unreadable(path)
