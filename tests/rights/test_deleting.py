"""What the law lets be deleted: asked, decided on by another who leads, done after a week; and no other way to it."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from patients.models import Condition, ListShown, Medication, Patient, PatientChange, PatientIdentifier
from rights.actions.deleting import accept_back, ask, carry_out_due, decide, note_returns, stop
from rights.held import tables
from rights.models import WAIT, Deletion, DeletionRequest, KeptAccess, Rectification, Tombstone
from rights.queries.deleting import came_back
from rights.queries.held import rows_of
from tasks.models import AllocationRun, JournalNote, Task, TaskEvent
from teams.models import Member
from teams.wall import clinic_scope
from tests.conftest import Cast
from tests.rights.conftest import NUMBER, Known, make_known, wait_a_week
from tests.tasks.conftest import make_patient, make_task

pytestmark = pytest.mark.django_db


def granted(
    known: Known, leader: Member, *, scope: str = "patient", row: int | None = None, ground: str = "mistaken"
) -> DeletionRequest:
    asked = ask(known.patient.pk, scope=scope, row=row, asker="patient", wish="Dette er ikke meg", by=leader)
    return decide(asked.pk, grant=True, ground=ground, reason="Ført på feil person", by=known.cast.doctor)


def left_of(known: Known) -> dict[str, int]:
    return {
        table.label: n
        for table in tables()
        if (n := rows_of(table, known.patient.clinic_id, known.patient.pk).count())
    }


def test_everything_is_gone_but_a_trace_without_identity(known: Known, leader: Member) -> None:
    held = left_of(known)
    assert len(held) == len(tables()) - 2
    asked = granted(known, leader)
    wait_a_week(asked)
    assert carry_out_due(now=timezone.now()) == 1
    assert left_of(known) == {}
    asked.refresh_from_db()
    assert (asked.state, asked.patient_id, asked.row, asked.wish, asked.reason) == (
        "done",
        None,
        None,
        "",
        "",
    )
    trace = Deletion.objects.get()
    assert (trace.scope, trace.ground, trace.asked_by, trace.decided_by) == (
        "patient",
        "mistaken",
        leader,
        known.cast.doctor,
    )
    assert trace.counts["tasks_task"] == 2
    assert trace.counts["tasks_taskevent"] == 2
    assert trace.counts["patients_patientaccess"] == held["patients.PatientAccess"]
    kept = KeptAccess.objects.order_by("ground", "member_id")
    nurse, leader_of = known.cast.nurse, known.cast.doctor
    assert [(each.member, each.ground, each.deletion) for each in kept] == [
        (leader_of, "nødåpning", trace), (nurse, "oppfølging", trace), (nurse, "oppfølging", trace),
    ]  # fmt: skip
    assert ListShown.objects.get().patients == [0]  # whoever else stood on the list
    assert AllocationRun.objects.get().left == [[0, "nobody"]]


def test_no_words_and_no_number_are_left_anywhere(known: Known, leader: Member) -> None:
    """Every table of the database is read as text, so that one that nobody thought of is found."""
    wait_a_week(granted(known, leader))
    carry_out_due(now=timezone.now())
    secret = ["Hemmelig", NUMBER[1], "Ring om sår", "klaget over svie", "Metformin", "Takket nei", "Ullevål", "Gjaldt hæl", "Ført på feil"]  # fmt: skip
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        for name in names:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{name}\" t")  # noqa: S608
            text = cursor.fetchone()[0]
            # What a file was called is the import's; it is gone with the import's own retention.
            found = [word for word in secret if word in text.replace("Per Hemmelig.csv", "")]
            assert not found, name


def test_others_keep_all_of_theirs(known: Known, leader: Member, furulund: Cast) -> None:
    others = make_known(known.cast, family_name="Annen", number="1"), make_known(furulund)
    signs = make_task(known.cast.clinic, "okonomi", patient=others[0].patient, part="sign", after=known.ended)
    before = [left_of(each) for each in others]
    wait_a_week(granted(known, leader))
    carry_out_due(now=timezone.now())
    assert [left_of(each) for each in others] == before
    signs.refresh_from_db()
    assert signs.after_id is None


def test_done_twice_is_done_once(known: Known, leader: Member) -> None:
    wait_a_week(granted(known, leader))
    assert [carry_out_due(now=timezone.now()) for _ in range(2)] == [1, 0]
    assert Deletion.objects.count() == 1


def test_one_task_with_its_story(known: Known, leader: Member) -> None:
    asked = granted(known, leader, scope="task", row=known.ended.pk, ground="unneeded")
    wait_a_week(asked)
    carry_out_due(now=timezone.now())
    assert list(Task.objects.filter(patient=known.patient)) == [known.open]
    assert not TaskEvent.objects.filter(task_id=known.ended.pk).exists()
    assert not Rectification.objects.exists()
    assert not JournalNote.objects.exists()
    assert Patient.objects.filter(pk=known.patient.pk).exists()
    assert not KeptAccess.objects.exists()


def test_one_condition_with_what_was_corrected_of_it(known: Known, leader: Member) -> None:
    condition = Condition.objects.get(patient=known.patient)
    wait_a_week(granted(known, leader, scope="condition", row=condition.pk, ground="wrong"))
    carry_out_due(now=timezone.now())
    assert not Condition.objects.filter(patient=known.patient).exists()
    assert [c.field for c in PatientChange.objects.filter(patient=known.patient)] == ["list_doctor"]


def test_one_drug(known: Known, leader: Member) -> None:
    drug = Medication.objects.get(patient=known.patient)
    wait_a_week(granted(known, leader, scope="medication", row=drug.pk, ground="wrong"))
    carry_out_due(now=timezone.now())
    assert not Medication.objects.exists()
    assert Deletion.objects.get().counts["patients_medication"] == 1


def test_a_task_that_is_open_is_ended_first(known: Known, leader: Member) -> None:
    with pytest.raises(ValueError, match="open"):
        ask(known.patient.pk, scope="task", row=known.open.pk, asker="patient", wish="x", by=leader)


def test_what_is_another_patients_cannot_be_asked_for(known: Known, leader: Member, furulund: Cast) -> None:
    for cast in (known.cast, furulund):
        other = make_patient(cast)
        task = make_task(cast.clinic, "okonomi", patient=other, state="cancelled", ended_at=timezone.now())
        with pytest.raises(ValueError, match="row"):
            ask(known.patient.pk, scope="task", row=task.pk, asker="patient", wish="x", by=leader)
    with pytest.raises(Patient.DoesNotExist):
        ask(known.patient.pk, scope="patient", row=None, asker="patient", wish="x", by=furulund.doctor)


def test_whoever_asked_does_not_decide_where_another_leads(known: Known, leader: Member) -> None:
    asked = ask(known.patient.pk, scope="patient", row=None, asker="clinic", wish="x", by=known.cast.doctor)
    with pytest.raises(ValueError, match="alone"):
        decide(asked.pk, grant=True, ground="mistaken", reason="x", by=known.cast.doctor)


def test_whoever_leads_alone_decides(known: Known) -> None:
    doctor = known.cast.doctor
    asked = ask(known.patient.pk, scope="patient", row=None, asker="clinic", wish="x", by=doctor)
    wait_a_week(decide(asked.pk, grant=True, ground="mistaken", reason="x", by=doctor))
    assert carry_out_due(now=timezone.now()) == 1


def test_only_a_doctor_who_leads_decides(known: Known, leader: Member) -> None:
    asked = ask(known.patient.pk, scope="patient", row=None, asker="patient", wish="x", by=leader)
    for by in (leader, known.cast.second_doctor, known.cast.nurse, known.cast.manager):
        with pytest.raises(PermissionDenied):
            decide(asked.pk, grant=True, ground="mistaken", reason="x", by=by)


def test_a_refusal_stays_in_the_record_with_its_reason(known: Known, leader: Member) -> None:
    asked = ask(known.patient.pk, scope="patient", row=None, asker="patient", wish="Slett alt", by=leader)
    decide(asked.pk, grant=False, ground="", reason="Det trengs for å følge deg opp.", by=known.cast.doctor)
    assert carry_out_due(now=timezone.now() + 2 * WAIT) == 0
    found = DeletionRequest.objects.get(patient=known.patient)
    assert (found.state, found.wish, found.reason) == (
        "refused",
        "Slett alt",
        "Det trengs for å følge deg opp.",
    )


def test_asked_for_once_at_a_time(known: Known, leader: Member) -> None:
    granted(known, leader)
    with pytest.raises(ValueError, match="asked"):
        ask(known.patient.pk, scope="patient", row=None, asker="patient", wish="igjen", by=leader)


def test_stopped_in_time(known: Known, leader: Member) -> None:
    asked = granted(known, leader)
    stop(asked.pk, by=leader)
    assert carry_out_due(now=timezone.now() + 2 * WAIT) == 0
    assert Patient.objects.filter(pk=known.patient.pk).exists()


def test_outlived_only_by_the_rule(known: Known, leader: Member) -> None:
    asked = ask(known.patient.pk, scope="patient", row=None, asker="clinic", wish="x", by=leader)
    with pytest.raises(ValueError, match="outlived"):
        decide(asked.pk, grant=True, ground="outlived", reason="x", by=known.cast.doctor)
    Patient.objects.filter(pk=known.patient.pk).update(moved_on=dt.date(2010, 1, 1))
    with pytest.raises(ValueError, match="outlived"):  # a task from this year
        decide(asked.pk, grant=True, ground="outlived", reason="x", by=known.cast.doctor)
    old = make_patient(known.cast, moved_on=dt.date(2010, 1, 1))
    asked = ask(old.pk, scope="patient", row=None, asker="clinic", wish="x", by=leader)
    assert (
        decide(asked.pk, grant=True, ground="outlived", reason="x", by=known.cast.doctor).state == "granted"
    )


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("UPDATE teams_member SET access = 'staff' WHERE id = {decided}", "decided"),
        ("UPDATE teams_member SET profession = 'nurse' WHERE id = {decided}", "decided"),
        ("UPDATE teams_member SET ends_on = '2025-06-01' WHERE id = {decided}", "decided"),
        ("SELECT 1", "early"),
    ],
)
def test_the_database_looks_at_the_decision_itself(
    known: Known, leader: Member, spoil: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    asked = granted(known, leader)
    if why != "early":
        wait_a_week(asked)
    with connection.cursor() as cursor:
        cursor.execute(spoil.format(decided=known.cast.doctor.pk))
    with caplog.at_level(logging.ERROR):
        assert carry_out_due(now=timezone.now() + 2 * WAIT) == 0
    asked.refresh_from_db()
    assert (asked.state, asked.problem) == ("granted", why)
    assert left_of(known)["tasks.Task"] == 2
    assert "Hemmelig" not in caplog.text


def test_at_most_ten_patients_a_day(solbakken: Cast, leader: Member) -> None:
    for n in range(12):
        patient = make_patient(solbakken, family_name=str(n))
        asked = ask(patient.pk, scope="patient", row=None, asker="clinic", wish="x", by=leader)
        wait_a_week(decide(asked.pk, grant=True, ground="mistaken", reason="x", by=solbakken.doctor))
    assert carry_out_due(now=timezone.now()) == 10
    assert set(DeletionRequest.objects.filter(state="granted").values_list("problem", flat=True)) == {"many"}
    assert Patient.objects.count() == 2


def test_killed_in_the_middle_nothing_has_happened(known: Known, leader: Member) -> None:
    """A table that still points at the patient, as a new one would, stops it: all or nothing, and the key is told."""
    wait_a_week(granted(known, leader))
    before = left_of(known)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE forgotten (clinic_id bigint, patient_id bigint,"
            " CONSTRAINT forgotten_key FOREIGN KEY (clinic_id, patient_id) REFERENCES patients_patient (clinic_id, id))"
        )
        cursor.execute("INSERT INTO forgotten SELECT clinic_id, id FROM patients_patient")
    assert carry_out_due(now=timezone.now()) == 0
    assert left_of(known) == before
    assert DeletionRequest.objects.get().problem == "forgotten_key"


def test_every_table_is_emptied_by_the_function(known: Known) -> None:
    """Named in rights/sql/carry_out.sql, so that a new table is thought about there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'rights_carry_out'")
        source = cursor.fetchone()[0]
    assert [t.label for t in tables() if t.model._meta.db_table not in source] == []


def test_a_number_that_comes_back_is_told_of(known: Known, leader: Member) -> None:
    wait_a_week(granted(known, leader))
    carry_out_due(now=timezone.now())
    assert note_returns() == 0
    again = make_patient(known.cast, family_name="Hemmelig")
    PatientIdentifier.objects.create(
        clinic=known.cast.clinic, patient=again, system=NUMBER[0], value=NUMBER[1]
    )
    assert [note_returns(), note_returns()] == [1, 0]
    with clinic_scope(known.cast.clinic.pk):
        (found,) = came_back(leader)
        assert (found.back, found.deletion.scope) == (again, "patient")
        with pytest.raises(PermissionDenied):
            accept_back(found.pk, by=leader)
        accept_back(found.pk, by=known.cast.doctor)
        assert came_back(leader) == []


def test_one_who_came_back_can_be_deleted_again(known: Known, leader: Member) -> None:
    wait_a_week(granted(known, leader))
    carry_out_due(now=timezone.now())
    again = make_known(known.cast)
    note_returns()
    wait_a_week(granted(again, leader))
    assert carry_out_due(now=timezone.now()) == 1
    assert Tombstone.objects.count() == 1
    assert Tombstone.objects.get().back_id is None


def test_the_same_number_in_another_clinic_is_nobodys_business(
    known: Known, leader: Member, furulund: Cast
) -> None:
    wait_a_week(granted(known, leader))
    carry_out_due(now=timezone.now())
    make_known(furulund)
    assert note_returns() == 0
