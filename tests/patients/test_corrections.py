"""A patient set right: what is kept of it, who may, and what an import later leaves alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from patients.actions.corrections import (
    Stale,
    add_condition,
    correct,
    details_of,
    end_condition,
    restore_condition,
    strike_condition,
)
from patients.actions.leaving import note_gone, set_gone
from patients.models import Condition, FollowedCode, Patient, PatientChange
from patients.queries import corrections_of
from teams.calendar import DAY, OSLO
from teams.models import Member
from tests.conftest import Cast
from tests.patients.conftest import Importer, number

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=OSLO)
TODAY = AT.date()


@pytest.fixture
def patient(solbakken: Cast) -> Patient:
    return Patient.objects.create(
        clinic=solbakken.clinic, given_name="Per", family_name="Lunde", birth_date=dt.date(1960, 3, 1),
        list_doctor=solbakken.doctor, usual_nurse=solbakken.nurse,
    )  # fmt: skip


def set_right(patient: Patient, by: Member, *, reason: str = "", **fields: Any) -> list[PatientChange]:
    stood = details_of(Patient.objects.get(pk=patient.pk))
    return correct(patient.pk, replace(stood, **fields), read=stood.digest, reason=reason, by=by, at=AT)


def told(patient: Patient) -> list[tuple[str, str, str, str, str]]:
    return [(c.what, c.before, c.after, c.who, c.reason) for c in corrections_of(patient)]


# --- who the patient is


def test_every_field_that_is_corrected_is_kept_with_what_stood_there(
    solbakken: Cast, patient: Patient
) -> None:
    done = set_right(
        patient, solbakken.nurse, reason="Giftet seg", family_name="Dahl", sex="male", home_care=True,
        list_doctor_id=solbakken.second_doctor.pk, usual_nurse_id=None,
    )  # fmt: skip
    patient.refresh_from_db()
    assert (patient.family_name, patient.sex, patient.home_care) == ("Dahl", "male", True)
    assert (patient.list_doctor, patient.usual_nurse) == (solbakken.second_doctor, None)
    assert len(done) == 5
    assert set(told(patient)) == {
        ("Etternavn", "Lunde", "Dahl", "Nina Nes", "Giftet seg"),
        ("Kjønn", "ukjent", "mann", "Nina Nes", "Giftet seg"),
        ("Hjemmesykepleie", "nei", "ja", "Nina Nes", "Giftet seg"),
        ("Fastlege", "Hanne Holm", "Arne Aune", "Nina Nes", "Giftet seg"),
        ("Fast sykepleier", "Nina Nes", "ingen", "Nina Nes", "Giftet seg"),
    }


def test_what_is_sent_as_it_stands_changes_nothing(solbakken: Cast, patient: Patient) -> None:
    assert set_right(patient, solbakken.nurse) == []
    assert not PatientChange.objects.exists()


def test_a_correction_cannot_be_rewritten(solbakken: Cast, patient: Patient) -> None:
    set_right(patient, solbakken.nurse, home_care=True)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        PatientChange.objects.update(reason="aldri")


@pytest.mark.parametrize(
    ("fields", "reason", "refused"),
    [
        ({"given_name": "Pål"}, "", "reason"),
        ({"family_name": "Berg"}, " ", "reason"),
        ({"birth_date": dt.date(1961, 3, 1)}, "", "reason"),
        ({"home_care": True}, "x" * 201, "reason"),
        ({"given_name": " "}, "feil", "given_name"),
        ({"family_name": "x" * 81}, "feil", "family_name"),
        ({"birth_date": TODAY + DAY}, "feil", "birth_date"),
        ({"birth_date": dt.date(1880, 1, 1)}, "feil", "birth_date"),
        ({"sex": "x"}, "", "sex"),
    ],
)
def test_what_cannot_be_right_or_lacks_a_reason_is_refused(
    solbakken: Cast, patient: Patient, fields: dict[str, Any], reason: str, refused: str
) -> None:
    with pytest.raises(ValueError, match=f"^{refused}$"):
        set_right(patient, solbakken.nurse, reason=reason, **fields)
    assert not PatientChange.objects.exists()


def test_nobody_is_born_after_they_died(solbakken: Cast, patient: Patient) -> None:
    Patient.objects.update(deceased_on=dt.date(2020, 1, 1))
    with pytest.raises(ValueError, match="birth_date"):
        set_right(patient, solbakken.nurse, reason="feil", birth_date=dt.date(2020, 1, 2))


def test_a_doctor_is_a_doctor_who_works_here(solbakken: Cast, furulund: Cast, patient: Patient) -> None:
    gone = solbakken.second_doctor
    Member.objects.filter(pk=gone.pk).update(ends_on=TODAY - DAY)
    for wrong in (solbakken.nurse.pk, furulund.doctor.pk, gone.pk):
        with pytest.raises(ValueError, match="list_doctor_id"):
            set_right(patient, solbakken.nurse, list_doctor_id=wrong)
    with pytest.raises(ValueError, match="usual_nurse_id"):
        set_right(patient, solbakken.nurse, usual_nurse_id=solbakken.secretary.pk)
    # Whoever it was before stays until somebody chooses another.
    Patient.objects.update(list_doctor=gone)
    assert len(set_right(patient, solbakken.nurse, home_care=True)) == 1


def test_a_correction_over_what_somebody_else_has_changed_meanwhile_is_refused(
    solbakken: Cast, patient: Patient
) -> None:
    read = details_of(patient)
    set_right(patient, solbakken.secretary, home_care=True)
    with pytest.raises(Stale):
        correct(patient.pk, replace(read, sex="male"), read=read.digest, reason="", by=solbakken.nurse, at=AT)
    assert PatientChange.objects.count() == 1


def test_only_those_who_see_the_clinics_patients_correct_them(
    solbakken: Cast, furulund: Cast, patient: Patient
) -> None:
    condition = Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2="T90")
    who: dict[str, Any] = {"at": AT}
    with pytest.raises(PermissionDenied):
        set_right(patient, solbakken.manager, home_care=True)
    with pytest.raises(Patient.DoesNotExist):
        set_right(patient, furulund.doctor, home_care=True)
    for by, refusal in ((solbakken.manager, PermissionDenied), (furulund.doctor, Condition.DoesNotExist)):
        with pytest.raises(refusal):
            end_condition(condition.pk, on=TODAY, by=by, **who)
        with pytest.raises(refusal):
            strike_condition(condition.pk, reason="feil", by=by, **who)
        with pytest.raises(refusal):
            restore_condition(condition.pk, by=by, **who)
    for by, lacks in ((solbakken.manager, PermissionDenied), (furulund.doctor, Patient.DoesNotExist)):
        with pytest.raises(lacks):
            add_condition(patient.pk, "R95", by=by, **who)
        with pytest.raises(lacks):
            set_gone(patient.pk, "institution_on", TODAY, was=None, reason="", by=by, **who)
        with pytest.raises(lacks):
            note_gone(patient.pk, moved_on=TODAY, by=by, **who)
    assert not PatientChange.objects.exists()


# --- what the patient lives with


def test_a_condition_is_added_ended_and_taken_up_again_by_hand(solbakken: Cast, patient: Patient) -> None:
    nurse = solbakken.nurse
    made = add_condition(patient.pk, "T90", starts_on=dt.date(2020, 5, 1), by=nurse, at=AT)
    assert list(patient.conditions.lived_with()) == [made]
    end_condition(made.pk, on=TODAY, by=nurse, at=AT)
    assert not patient.conditions.lived_with().exists()
    again = add_condition(patient.pk, "T90", by=nurse, at=AT)
    assert (again.pk, again.starts_on, again.ends_on) == (made.pk, dt.date(2020, 5, 1), None)
    end_condition(made.pk, on=TODAY, by=nurse, at=AT)
    end_condition(made.pk, on=None, by=nurse, at=AT)
    words = [(before, after) for _what, before, after, *_rest in reversed(told(patient))]
    since, until = "fra 01.05.2020", "til 23.11.2026"
    assert words == [
        ("ikke registrert", since), (since, until), (until, since), (since, until), (until, since),
    ]  # fmt: skip
    assert {what for what, *_rest in told(patient)} == {"Diabetes type 2"}


def test_a_condition_that_the_clinic_follows_on_its_own_can_be_added(
    solbakken: Cast, furulund: Cast, patient: Patient
) -> None:
    FollowedCode.objects.create(clinic=furulund.clinic, icpc2="A99")
    with pytest.raises(ValueError, match="icpc2"):
        add_condition(patient.pk, "A99", by=solbakken.nurse, at=AT)
    FollowedCode.objects.create(clinic=solbakken.clinic, icpc2="A99")
    assert add_condition(patient.pk, "A99", by=solbakken.nurse, at=AT).icpc2 == "A99"


@pytest.mark.parametrize(
    ("code", "since", "refused"),
    [
        ("Z99", None, "icpc2"), ("T90", None, "has"), ("R95", TODAY + DAY, "starts_on"),
        ("R95", dt.date(1959, 1, 1), "starts_on"), ("K86", None, "struck"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_added_is_refused(
    solbakken: Cast, patient: Patient, code: str, since: dt.date | None, refused: str
) -> None:
    for has, struck_at in (("T90", None), ("K86", AT)):
        Condition.objects.create(clinic=solbakken.clinic, patient=patient, icpc2=has, struck_at=struck_at)
    with pytest.raises(ValueError, match=f"^{refused}$"):
        add_condition(patient.pk, code, starts_on=since, by=solbakken.nurse, at=AT)


def test_a_mistaken_condition_is_struck_with_a_reason_and_can_be_taken_back(
    solbakken: Cast, patient: Patient
) -> None:
    made = add_condition(patient.pk, "T90", by=solbakken.nurse, at=AT)
    with pytest.raises(ValueError, match="reason"):
        strike_condition(made.pk, reason=" ", by=solbakken.nurse, at=AT)
    strike_condition(made.pk, reason="Feil pasient", by=solbakken.nurse, at=AT)
    assert not patient.conditions.lived_with().exists()
    strike_condition(made.pk, reason="en gang til", by=solbakken.nurse, at=AT)
    restore_condition(made.pk, by=solbakken.doctor, at=AT)
    assert patient.conditions.lived_with().exists()
    newest = told(patient)[:2]
    assert newest == [
        ("Diabetes type 2", "strøket som feil", "har det", "Hanne Holm", ""),
        ("Diabetes type 2", "har det", "strøket som feil", "Nina Nes", "Feil pasient"),
    ]


@pytest.mark.parametrize("on", [TODAY + DAY, dt.date(2020, 4, 30)])
def test_a_condition_ends_after_it_began_and_not_ahead(
    solbakken: Cast, patient: Patient, on: dt.date
) -> None:
    made = add_condition(patient.pk, "T90", starts_on=dt.date(2020, 5, 1), by=solbakken.nurse, at=AT)
    with pytest.raises(ValueError, match="on"):
        end_condition(made.pk, on=on, by=solbakken.nurse, at=AT)


# --- an import afterwards


def test_an_import_neither_brings_a_struck_condition_back_nor_raises_the_dead(
    solbakken: Cast, take_list: Importer
) -> None:
    row = f"{number()};1;Per;Lunde;01.02.1985;M;Hanne Holm;T90;"
    take_list(solbakken, row)
    patient = Patient.objects.get()
    strike_condition(patient.conditions.get().pk, reason="Feil pasient", by=solbakken.nurse, at=AT)
    with transaction.atomic():
        note_gone(patient.pk, deceased_on=TODAY, by=solbakken.nurse, at=AT)
    take_list(solbakken, row)
    patient.refresh_from_db()
    assert patient.deceased_on == TODAY
    assert not patient.conditions.lived_with().exists()


# --- gone, and not gone after all


def test_death_and_moving_that_are_taken_back_ask_why(solbakken: Cast, patient: Patient) -> None:
    nurse = solbakken.nurse
    for field in ("deceased_on", "moved_on"):
        with transaction.atomic():
            assert set_gone(patient.pk, field, TODAY - DAY, was=None, reason="", by=nurse, at=AT)
        for day in (None, TODAY):
            with pytest.raises(ValueError, match="reason"), transaction.atomic():
                set_gone(patient.pk, field, day, was=TODAY - DAY, reason="", by=nurse, at=AT)
        with transaction.atomic():
            set_gone(patient.pk, field, None, was=TODAY - DAY, reason="Navnebror", by=nurse, at=AT)
    patient.refresh_from_db()
    assert (patient.deceased_on, patient.moved_on) == (None, None)
    assert told(patient)[0] == ("Ute av listen", "22.11.2026", "nei", "Nina Nes", "Navnebror")
    assert [what for what, *_rest in told(patient)] == ["Ute av listen"] * 2 + ["Død"] * 2


def test_somebody_who_is_home_from_an_institution_needs_no_reason(solbakken: Cast, patient: Patient) -> None:
    with transaction.atomic():
        set_gone(patient.pk, "institution_on", TODAY, was=None, reason="", by=solbakken.nurse, at=AT)
        assert not Patient.objects.followed().exists()
        set_gone(patient.pk, "institution_on", None, was=TODAY, reason="", by=solbakken.nurse, at=AT)
    assert Patient.objects.followed().get() == patient


@pytest.mark.parametrize(
    ("field", "day", "refused"),
    [("given_name", TODAY, "field"), ("moved_on", TODAY + DAY, "day"), ("deceased_on", dt.date(1959, 1, 1), "day")],
)  # fmt: skip
def test_a_day_that_cannot_be_is_refused(
    solbakken: Cast, patient: Patient, field: str, day: dt.date, refused: str
) -> None:
    with pytest.raises(ValueError, match=refused), transaction.atomic():
        set_gone(patient.pk, field, day, was=None, reason="", by=solbakken.nurse, at=AT)


def test_a_day_that_somebody_else_set_meanwhile_is_not_overwritten(solbakken: Cast, patient: Patient) -> None:
    with transaction.atomic():
        set_gone(patient.pk, "moved_on", TODAY, was=None, reason="", by=solbakken.nurse, at=AT)
        with pytest.raises(Stale):
            set_gone(patient.pk, "moved_on", TODAY - DAY, was=None, reason="", by=solbakken.doctor, at=AT)
        assert not set_gone(patient.pk, "moved_on", TODAY, was=TODAY, reason="", by=solbakken.doctor, at=AT)


def test_a_day_told_by_an_import_stands_and_what_staff_notes_is_kept_as_a_correction(
    solbakken: Cast, patient: Patient
) -> None:
    Patient.objects.update(moved_on=TODAY - 9 * DAY)
    with transaction.atomic():
        note_gone(patient.pk, moved_on=TODAY, deceased_on=TODAY, by=solbakken.nurse, at=AT)
        with pytest.raises(ValueError, match="on"):
            note_gone(patient.pk, deceased_on=dt.date(1950, 1, 1), by=solbakken.nurse, at=AT)
    patient.refresh_from_db()
    assert (patient.moved_on, patient.deceased_on) == (TODAY - 9 * DAY, TODAY)
    assert [what for what, *_rest in told(patient)] == ["Død"]
