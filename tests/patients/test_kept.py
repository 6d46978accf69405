"""What a person has corrected, and the imports after it: it stands until the file has something new to say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from patients.actions import run_import, start_import, start_preview
from patients.actions.corrections import add_condition, correct, details_of, end_condition
from patients.actions.leaving import set_gone
from patients.imports.reading import recognise
from patients.models import Condition, ImportChange, ImportRun, Patient, PatientChange
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in, make_member
from tests.patients.conftest import conserved, number

BORN = dt.date(1950, 2, 1)
AT = dt.datetime.now(dt.UTC)
TODAY = oslo_date(AT)
LIST = {
    "personnummer": number(BORN), "fornavn": "Per", "etternavn": "Lunde", "født": "01.02.1950", "kjønn": "M",
    "fastlege": "Hanne Holm", "fast sykepleier": "Nina Nes", "hjemmesykepleie": "nei", "tilstander": "T90",
    "død": "", "ute av listen": "",
}  # fmt: skip

TakeIn = Callable[..., ImportRun]


@pytest.fixture
def taken(tmp_path: Path, solbakken: Cast) -> TakeIn:
    """Look a list of one patient through and take it in: the write has done what the preview told."""

    def take(*, whole_list: bool = False, path: Path | None = None, **columns: str) -> ImportRun:
        if path is None:
            path, cells = tmp_path / "liste.csv", {**LIST, **columns}
            path.write_text(f"{';'.join(cells)}\n{';'.join(cells.values())}\n", encoding="utf-8")
        asked: dict[str, Any] = {
            "by": solbakken.doctor, "clinic_id": solbakken.clinic.pk, "file_name": "x", "stored_as": "",
            "whole_list": whole_list,
        }  # fmt: skip
        found = recognise(path)
        preview = carried_out(start_preview(found, **asked), path)
        run = carried_out(start_import(found, good_rows_only=False, **asked), path)
        assert (preview.state, run.state) == ("ready", "done"), run.message
        assert preview.counts == run.counts
        assert conserved(run)
        return preview

    return take


def carried_out(begun: ImportRun, path: Path) -> ImportRun:
    run = run_import(run_id=begun.pk, clinic_id=begun.clinic_id, path=path)
    assert run is not None
    return run


def kept(preview: ImportRun) -> list[tuple[int | None, str]]:
    rows = ImportChange.objects.filter(run=preview, fate="kept").order_by("row")
    assert len(rows) == preview.counts.get("kept", 0)
    return [(change.row, change.what) for change in rows]


def set_right(cast: Cast, **fields: Any) -> None:
    stood = details_of(Patient.objects.get())
    wanted = replace(stood, **fields)
    correct(Patient.objects.get().pk, wanted, read=stood.digest, reason="Feil", by=cast.nurse, at=AT)


def set_day(cast: Cast, field: str, day: dt.date | None) -> None:
    patient = Patient.objects.get()
    with transaction.atomic():
        set_gone(
            patient.pk, field, day, was=getattr(patient, field), reason="Feil", by=cast.nurse, at=AT
        )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "right", "column", "new", "taken_in", "what"),
    [
        ("given_name", "Pål", "fornavn", "Petter", "Petter", "navn"),
        ("family_name", "Lund", "etternavn", "Berg", "Berg", "navn"),
        ("birth_date", dt.date(1950, 2, 2), "født", "03.02.1950", dt.date(1950, 2, 3), "født"),
        ("sex", "unknown", "kjønn", "K", "female", "kjønn"),
        ("usual_nurse_id", None, "fast sykepleier", "Nils Nes", "Nils Nes", "fast sykepleier"),
    ],
)
def test_a_correction_stands_until_the_list_says_something_new(
    solbakken: Cast, taken: TakeIn, field: str, right: Any, column: str, new: str, taken_in: Any, what: str
) -> None:
    taken()
    nils = make_member(solbakken.clinic, "Nils Nes", solbakken.nurse.profession)
    set_right(solbakken, **{field: right})
    for _again in range(2):
        preview = taken()
        assert getattr(Patient.objects.get(), field) == right
        assert kept(preview) == [(2, what)]
        assert (preview.counts["patients"]["unchanged"], preview.counts["patients"]["changed"]) == (1, 0)
    preview = taken(**{column: new})
    assert getattr(Patient.objects.get(), field) == (nils.pk if taken_in == "Nils Nes" else taken_in)
    assert (preview.counts.get("kept", 0), preview.counts["patients"]["changed"]) == (0, 1)
    # And from then on the list has the word again.
    taken()
    assert PatientChange.objects.latest("pk").run_id is not None
    assert kept(taken()) == []


def test_a_doctor_chosen_here_stands_and_home_care_too(solbakken: Cast, taken: TakeIn) -> None:
    taken()
    set_right(solbakken, list_doctor_id=solbakken.second_doctor.pk, home_care=True)
    preview = taken(etternavn="Nygift")
    patient = Patient.objects.get()
    assert (patient.list_doctor, patient.home_care) == (solbakken.second_doctor, True)
    # What nobody here has corrected is taken from the same row.
    assert patient.family_name == "Nygift"
    assert kept(preview) == [(2, "fastlege, hjemmesykepleie")]
    assert ImportChange.objects.get(run=preview, fate="changed").what == "navn"


def test_what_was_corrected_twice_stands_against_what_the_list_said_at_first(
    solbakken: Cast, taken: TakeIn
) -> None:
    taken()
    set_right(solbakken, family_name="Lund")
    set_right(solbakken, family_name="Lundh")
    assert kept(taken()) == [(2, "navn")]
    assert Patient.objects.get().family_name == "Lundh"


def test_somebody_corrected_altogether_is_still_the_same_person(solbakken: Cast, taken: TakeIn) -> None:
    taken()
    set_right(solbakken, given_name="Pål", family_name="Berg", birth_date=dt.date(1951, 2, 1))
    preview = taken()
    assert preview.counts["patients"]["refused"] == 0
    assert kept(preview) == [(2, "født, navn")]
    assert str(Patient.objects.get()) == "Pål Berg"


# --- dead, and gone


def test_a_death_taken_back_is_not_brought_back_by_the_next_import(solbakken: Cast, taken: TakeIn) -> None:
    taken(død="01.11.2025")
    set_day(solbakken, "deceased_on", None)
    for _again in range(2):
        assert kept(taken(død="01.11.2025")) == [(2, "død")]
        assert Patient.objects.get().deceased_on is None
    assert kept(taken()) == []
    assert kept(taken(død="19.11.2025")) == []
    assert Patient.objects.get().deceased_on == dt.date(2025, 11, 19)


def test_a_day_of_death_set_right_stands(solbakken: Cast, taken: TakeIn) -> None:
    taken(død="01.11.2025")
    set_day(solbakken, "deceased_on", dt.date(2025, 11, 2))
    assert kept(taken(død="01.11.2025")) == [(2, "død")]
    assert Patient.objects.get().deceased_on == dt.date(2025, 11, 2)


def test_dead_without_a_date_is_not_something_new_to_say(
    solbakken: Cast, taken: TakeIn, tmp_path: Path
) -> None:
    told = {
        "resourceType": "Patient", "id": "p1", "birthDate": f"{BORN}", "name": [{"family": "Lunde", "given": ["Per"]}],
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number(BORN)}], "deceasedBoolean": True,
    }  # fmt: skip
    path = tmp_path / "pasienter.ndjson"
    path.write_text(json.dumps(told), encoding="utf-8")
    taken(path=path)
    day = Patient.objects.get().deceased_on  # that of the first import
    assert day is not None
    set_day(solbakken, "deceased_on", day - DAY)
    set_day(solbakken, "deceased_on", None)
    assert kept(taken(path=path)) == [(1, "død")]
    assert Patient.objects.get().deceased_on is None


def test_a_birth_that_does_not_fit_a_death_noted_here_stops_no_import(solbakken: Cast, taken: TakeIn) -> None:
    taken()
    set_right(solbakken, birth_date=dt.date(1930, 2, 1))
    set_day(solbakken, "deceased_on", dt.date(1940, 2, 1))
    preview = taken(født="01.02.1949", kjønn="K")
    patient = Patient.objects.get()
    assert (patient.birth_date, patient.deceased_on) == (dt.date(1930, 2, 1), dt.date(1940, 2, 1))
    assert patient.sex == "female"
    assert kept(preview) == [(2, "født")]


def test_somebody_taken_off_the_list_here_is_not_put_back_and_the_other_way(
    solbakken: Cast, taken: TakeIn
) -> None:
    taken()
    set_day(solbakken, "moved_on", TODAY - DAY)
    assert kept(taken()) == [(2, "ute av listen")]
    assert Patient.objects.get().moved_on == TODAY - DAY
    taken(**{"ute av listen": "10.11.2025"})
    set_day(solbakken, "moved_on", None)
    assert kept(taken(**{"ute av listen": "10.11.2025"})) == [(2, "ute av listen")]
    assert Patient.objects.get().moved_on is None


# --- what the patient lives with


def test_a_condition_ended_here_is_not_taken_up_by_the_next_import(solbakken: Cast, taken: TakeIn) -> None:
    taken()
    patient = Patient.objects.get()
    end_condition(patient.conditions.get().pk, on=TODAY, by=solbakken.nurse, at=AT)
    for _again in range(2):
        preview = taken(tilstander="T90,K86")
        assert kept(preview) == [(2, "tilstander")]
        assert patient.conditions.get(icpc2="T90").ends_on == TODAY
    assert (preview.counts["conditions"]["unchanged"], preview.counts["conditions"]["changed"]) == (2, 0)
    assert set(patient.conditions.lived_with().values_list("icpc2", flat=True)) == {"K86"}


def conditions(path: Path, ends: str, sure: str = "confirmed", code: str = "T90") -> Path:
    """Somebody's diabetes, as a journal told in FHIR."""
    person = {
        "resourceType": "Patient", "id": "p1", "birthDate": f"{BORN}", "name": [{"family": "Lunde", "given": ["Per"]}],
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number(BORN)}],
    }  # fmt: skip
    condition = {
        "resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1"}, "onsetDateTime": "2020-01-01",
        "code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7170", "code": code}]},
        "verificationStatus": {"coding": [{"code": sure}]},
        **({"abatementDateTime": ends} if ends else {}),
    }  # fmt: skip
    path.write_text("\n".join(map(json.dumps, (person, condition))), encoding="utf-8")
    return path


def test_the_end_of_a_condition_that_the_journal_itself_tells_anew_is_taken_in_and_kept_in_the_story(
    solbakken: Cast, taken: TakeIn, tmp_path: Path
) -> None:
    path = tmp_path / "journal.ndjson"
    taken(path=conditions(path, ""))
    condition = Patient.objects.get().conditions.get()
    end_condition(condition.pk, on=TODAY, by=solbakken.nurse, at=AT)
    assert len(kept(taken(path=conditions(path, "")))) == 1
    assert kept(taken(path=conditions(path, "2025-10-01"))) == []
    condition.refresh_from_db()
    assert condition.ends_on == dt.date(2025, 10, 1)
    change = PatientChange.objects.latest("pk")
    assert (change.field, change.before, change.after) == (
        "condition:T90", f"2020-01-01/{TODAY}", "2020-01-01/2025-10-01"
    )  # fmt: skip
    assert change.run_id is not None
    # The journal has the word again.
    assert kept(taken(path=conditions(path, ""))) == []
    condition.refresh_from_db()
    assert condition.ends_on is None


@pytest.mark.parametrize("sure", ["entered-in-error", "refuted"])
def test_what_the_journal_says_was_a_mistake_ends_and_what_was_never_here_is_nothing(
    solbakken: Cast, taken: TakeIn, tmp_path: Path, sure: str
) -> None:
    path = tmp_path / "journal.ndjson"
    counts = taken(path=conditions(path, "", sure)).counts["conditions"]
    assert (counts["ignored"], counts["refused"], Condition.objects.count()) == (1, 0, 0)
    taken(path=conditions(path, ""))
    counts = taken(path=conditions(path, "", sure)).counts["conditions"]
    assert (counts["ignored"], counts["changed"], Condition.objects.get().ends_on) == (0, 1, TODAY)
    assert not Condition.objects.lived_with().exists()
    counts = taken(path=conditions(path, "", sure)).counts["conditions"]
    assert (counts["ignored"], counts["changed"]) == (1, 0)
    # A mistake after all: the journal has it again.
    taken(path=conditions(path, ""))
    assert Condition.objects.lived_with().count() == 1


def test_a_mistake_beside_a_sure_one_of_the_same_condition_ends_nothing(
    solbakken: Cast, taken: TakeIn, tmp_path: Path
) -> None:
    path = tmp_path / "journal.ndjson"
    taken(path=conditions(path, ""))
    wrong = conditions(tmp_path / "wrong.ndjson", "", "entered-in-error").read_text(encoding="utf-8")
    with conditions(path, "").open("a", encoding="utf-8") as more:
        more.write("\n" + wrong.splitlines()[1])
    assert taken(path=path).counts["conditions"]["ignored"] == 1
    assert Condition.objects.lived_with().count() == 1


def test_a_drug_that_was_entered_in_error_is_not_in_use(
    solbakken: Cast, taken: TakeIn, tmp_path: Path
) -> None:
    path = tmp_path / "journal.ndjson"
    for status in ("active", "entered-in-error"):
        drug = {
            "resourceType": "MedicationRequest", "id": "m1", "status": status, "intent": "order",
            "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": "Paracet"},
        }  # fmt: skip
        with conditions(path, "").open("a", encoding="utf-8") as more:
            more.write("\n" + json.dumps(drug))
        run = taken(path=path)
    assert run.counts["medications"]["stopped"] == 1
    # Without a name it ends nothing, and stops nothing else.
    with conditions(path, "").open("a", encoding="utf-8") as more:
        more.write("\n" + json.dumps({k: v for k, v in drug.items() if k != "medicationCodeableConcept"}))
    assert taken(path=path).counts["medications"]["ignored"] == 1


def test_a_condition_taken_up_again_here_is_not_ended_by_the_journal_that_ended_it(
    solbakken: Cast, taken: TakeIn, tmp_path: Path
) -> None:
    path = tmp_path / "journal.ndjson"
    taken(path=conditions(path, "2025-10-01"))
    patient = Patient.objects.get()
    add_condition(patient.pk, "T90", by=solbakken.nurse, at=AT)
    assert len(kept(taken(path=conditions(path, "2025-10-01")))) == 1
    assert patient.conditions.lived_with().count() == 1


# --- told


def test_what_stands_as_corrected_is_told_in_the_preview_and_afterwards(
    solbakken: Cast, taken: TakeIn
) -> None:
    taken()
    set_right(solbakken, family_name="Lund")
    preview = taken()
    leader = logged_in(solbakken.doctor)
    page = leader.get(f"/import/{preview.pk}/").content.decode()
    assert "Hos 1 pasient er noe rettet her, og filen sier fortsatt det gamle." in page
    assert "Per Lund</a>" in page
    assert "Per Lund</a>" in leader.get(f"/import/{preview.pk}/rettet-her/").content.decode()
    done = ImportRun.objects.latest("pk")
    assert "Hos 1 pasient er noe rettet her" in leader.get(f"/import/{done.pk}/").content.decode()
    administrator = logged_in(make_member(solbakken.clinic, "Ada Admin", "", "administrator"))
    for address in ("", "rettet-her/"):
        text = administrator.get(f"/import/{preview.pk}/{address}").content.decode()
        assert "Rettet her, filen sier noe annet" in text
        assert "Lund" not in text
