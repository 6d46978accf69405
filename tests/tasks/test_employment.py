"""Somebody leaves: what hangs on them, what ends with it, what is shared out anew; undone before it is past."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied

from tasks.actions import employment as actions
from tasks.actions import proposals
from tasks.models import Cause, Delegation, RunState, Task, TaskKind
from tasks.presenters.uncovering import uncovering
from tasks.queries.leaving import hanging_on, latest_for_leaving
from tasks.uncovering import left_by_leaving
from teams.models import Absence, Access, Member
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

DAY = dt.timedelta(days=1)
TUESDAY, FRIDAY = MONDAY + DAY, MONDAY + 4 * DAY
LATER = MORNING + dt.timedelta(hours=1)


def delegated(cast: Cast, doctor: Member, member: Member, **fields: object) -> Delegation:
    return Delegation.objects.create(
        clinic=cast.clinic, doctor=doctor, member=member, instruction="x",
        kind=TaskKind.objects.get(slug="arskontroll"),
        **{"starts_on": MONDAY - 30 * DAY, "signed_at": MORNING - 30 * DAY, **fields},
    )  # fmt: skip


def in_force(row: Delegation, day: dt.date) -> bool:
    return Delegation.objects.filter(pk=row.pk).in_force(day).exists()


def test_the_last_day_is_set_and_what_lies_after_it_goes_to_others(solbakken: Cast) -> None:
    before, after = (
        make_task(
            solbakken.clinic,
            "okonomi",
            assignee=solbakken.secretary,
            planned_on=day,
            opens_on=day,
            due_on=FRIDAY,
        )
        for day in (TUESDAY, FRIDAY)
    )
    done = actions.end(solbakken.secretary.pk, TUESDAY, by=solbakken.doctor, at=MORNING)
    assert done.member.ends_on == TUESDAY
    assert done.run is not None
    assert (done.run.cause, done.run.calm, done.run.absence) == (Cause.ENDED, True, None)
    assert proposals.compute(done.run.pk, solbakken.clinic.pk, today=MONDAY, now=MORNING)
    assert latest_for_leaving(solbakken.doctor) == done.run
    assert proposals.apply(done.run.pk, by=solbakken.doctor, now=LATER).written == {after.pk}
    before.refresh_from_db()
    assert before.assignee == solbakken.secretary
    assert Task.objects.get(pk=after.pk).assignee == solbakken.nurse
    assert latest_for_leaving(solbakken.doctor) is None


def test_what_must_go_on_is_all_that_is_not_planned_or_due_by_the_last_day(solbakken: Cast) -> None:
    def of_the_secretary(**fields: object) -> Task:
        return make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, **fields)

    of_the_secretary(planned_on=TUESDAY)
    of_the_secretary(due_on=TUESDAY)
    later = of_the_secretary(planned_on=FRIDAY, due_on=TUESDAY)
    undated = of_the_secretary(due_on=None)
    far = of_the_secretary(due_on=MONDAY + 60 * DAY, opens_on=MONDAY + 50 * DAY)
    found = left_by_leaving(solbakken.secretary, TUESDAY + DAY, solbakken.doctor, MONDAY)
    assert {each.task.pk for each in found.left} == {later.pk, undated.pk, far.pk}
    told = uncovering(found, MONDAY)
    assert (told.tasks, told.weekly, told.later) == (3, 5 * 300, 1)
    gone = left_by_leaving(solbakken.secretary, MONDAY - DAY, solbakken.doctor, MONDAY)
    assert len(gone.left) == 5


def test_nothing_to_move_asks_for_no_proposal(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY)
    assert actions.end(solbakken.secretary.pk, TUESDAY, by=solbakken.doctor, at=MORNING).run is None


def test_delegations_given_and_received_hold_to_the_last_day_and_come_back_if_it_is_undone(
    solbakken: Cast,
) -> None:
    given = delegated(solbakken, solbakken.second_doctor, solbakken.nurse)
    received = delegated(solbakken, solbakken.doctor, solbakken.nurse, ends_on=FRIDAY)
    over = delegated(solbakken, solbakken.doctor, solbakken.nurse, ends_on=MONDAY)
    taken = delegated(solbakken, solbakken.doctor, solbakken.nurse, revoked_on=MONDAY + 3 * DAY)
    draft = delegated(solbakken, solbakken.doctor, solbakken.nurse, signed_at=None)
    done = actions.end(solbakken.nurse.pk, TUESDAY, by=solbakken.doctor, at=MORNING)
    assert done.delegations == 2
    for row in (given, received):
        assert in_force(row, TUESDAY)
        assert not in_force(row, TUESDAY + DAY)
        row.refresh_from_db()
        assert (row.revoked_by, row.revoke_reason) == (solbakken.doctor, actions.LEAVES)
    # Another day than was set: they hold to that one.
    actions.end(solbakken.nurse.pk, MONDAY + 2 * DAY, by=solbakken.doctor, at=MORNING)
    assert in_force(given, MONDAY + 2 * DAY)
    back = actions.undo(solbakken.nurse.pk, by=solbakken.doctor, at=LATER)
    assert (back.member.ends_on, back.delegations) == (None, 2)
    for row in (given, received):
        row.refresh_from_db()
        assert (row.revoked_on, row.revoked_by, row.revoke_reason) == (None, None, "")
    for row in (over, taken, draft):
        before = row.revoked_on
        row.refresh_from_db()
        assert row.revoked_on == before


def test_a_doctors_own_delegations_end_too(solbakken: Cast) -> None:
    given = delegated(solbakken, solbakken.second_doctor, solbakken.nurse)
    actions.end(solbakken.second_doctor.pk, TUESDAY, by=solbakken.doctor, at=MORNING)
    assert not in_force(given, TUESDAY + DAY)


def test_what_hangs_on_them_is_told(solbakken: Cast, furulund: Cast) -> None:
    doctor = solbakken.second_doctor
    given = delegated(solbakken, doctor, solbakken.nurse)
    make_patient(solbakken, list_doctor=doctor)
    make_patient(solbakken, list_doctor=doctor, moved_on=MONDAY)
    make_patient(furulund, list_doctor=furulund.doctor)
    covers = Absence.objects.create(
        clinic=solbakken.clinic, member=solbakken.doctor, cover=doctor, reason="holiday", starts_on=MONDAY,
        ends_on=FRIDAY,
    )  # fmt: skip
    trainee = make_member(solbakken.clinic, "Lise Lær", "doctor", training="alis", supervisor=doctor)
    found = hanging_on(doctor, solbakken.doctor, TUESDAY)
    assert (found.given, found.received, found.patients) == ((given,), (), 1)
    assert (found.covers, found.trainees) == ((covers,), (trainee,))
    assert hanging_on(doctor, solbakken.doctor, FRIDAY).covers == ()
    assert hanging_on(solbakken.nurse, solbakken.doctor, TUESDAY).received == (given,)


@pytest.mark.parametrize("days", [-32, 367])
def test_a_day_far_away_is_refused(solbakken: Cast, days: int) -> None:
    with pytest.raises(ValueError, match="last_day"):
        actions.end(solbakken.nurse.pk, MONDAY + days * DAY, by=solbakken.doctor, at=MORNING)
    assert Member.objects.get(pk=solbakken.nurse.pk).ends_on is None


def test_nobody_ends_before_they_began_or_twice(solbakken: Cast) -> None:
    new = make_member(solbakken.clinic, "Ny Her", "nurse", starts_on=TUESDAY)
    with pytest.raises(ValueError, match="last_day"):
        actions.end(new.pk, MONDAY, by=solbakken.doctor, at=MORNING)
    actions.end(solbakken.nurse.pk, MONDAY - DAY, by=solbakken.doctor, at=MORNING)
    with pytest.raises(ValueError, match="ended"):
        actions.end(solbakken.nurse.pk, FRIDAY, by=solbakken.doctor, at=MORNING)
    with pytest.raises(ValueError, match="ended"):
        actions.undo(solbakken.nurse.pk, by=solbakken.doctor, at=MORNING)


def test_somebody_goes_on_leading(solbakken: Cast) -> None:
    with pytest.raises(ValueError, match="last_leader"):
        actions.end(solbakken.doctor.pk, FRIDAY, by=solbakken.doctor, at=MORNING)
    other = make_member(solbakken.clinic, "Berit By", "nurse", Access.LEADER, ends_on=FRIDAY)
    with pytest.raises(ValueError, match="last_leader"):
        actions.end(solbakken.doctor.pk, FRIDAY, by=solbakken.doctor, at=MORNING)
    Member.objects.filter(pk=other.pk).update(ends_on=FRIDAY + DAY)
    assert actions.end(solbakken.doctor.pk, FRIDAY, by=solbakken.doctor, at=MORNING).member.ends_on == FRIDAY


def test_only_who_manages_members_of_this_clinic(solbakken: Cast, furulund: Cast) -> None:
    for by in (solbakken.nurse, solbakken.manager):
        with pytest.raises(PermissionDenied):
            actions.end(solbakken.secretary.pk, FRIDAY, by=by, at=MORNING)
        with pytest.raises(PermissionDenied):
            actions.undo(solbakken.secretary.pk, by=by, at=MORNING)
    with pytest.raises(Member.DoesNotExist):
        actions.end(solbakken.secretary.pk, FRIDAY, by=furulund.doctor, at=MORNING)
    with pytest.raises(Member.DoesNotExist):
        actions.propose(solbakken.secretary.pk, by=furulund.doctor, at=MORNING)


def test_an_administrator_ends_it_and_leaves_the_sharing_out_to_leaders(solbakken: Cast) -> None:
    administrator = make_member(solbakken.clinic, "Ada Admin", "", Access.ADMINISTRATOR)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=FRIDAY)
    assert actions.end(solbakken.secretary.pk, TUESDAY, by=administrator, at=MORNING).run is None


def test_access_ends_with_the_employment(solbakken: Cast) -> None:
    """A login without a place sees nothing of the clinic, from the day after the last one."""
    client = logged_in(solbakken.nurse)
    today = dt.datetime.now(dt.UTC).date()
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=today + DAY)
    assert client.get("/min-dag/").status_code == 200
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=today - 2 * DAY)
    for path in ("/min-dag/", "/team/", "/pasienter/", "/fravaer/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/team/ingen-plass/"), path
    page = client.get("/team/ingen-plass/").content.decode()
    assert solbakken.clinic.name not in page


def test_a_proposal_that_was_thrown_away_is_no_longer_shown(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=FRIDAY)
    done = actions.end(solbakken.secretary.pk, TUESDAY, by=solbakken.doctor, at=MORNING)
    assert done.run is not None
    proposals.discard(done.run.pk, by=solbakken.doctor, now=LATER)
    assert latest_for_leaving(solbakken.doctor) is None
    again = actions.propose(solbakken.secretary.pk, by=solbakken.doctor, at=LATER)
    assert again.state == RunState.WAITING
