"""A leader overrules the sharing out with a reason, and it is respected; overtime; what no longer holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.actions import doing, overrides
from tasks.actions.changing import Changed
from tasks.actions.sharing import share_out
from tasks.life import NotAllowed
from tasks.models import Cause, Delegation, Task, TaskKind
from tasks.queries import minutes_left, who_may
from tasks.stranded import News, Reason, Stranded, stranded
from teams.actions import allow_overtime
from teams.models import Absence, Member, Overtime
from teams.queries import capacity, time_for_tasks
from tests.conftest import Cast, logged_in, make_member
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

TUESDAY, FRIDAY = MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=4)
YESTERDAY = MONDAY - dt.timedelta(days=1)
WHY = "Kjenner pasienten best."


def share(cast: Cast, day: dt.date = MONDAY) -> None:
    share_out([cast.clinic.pk], now=MORNING, today=day)


def pin(cast: Cast, task: Task, to: Member | None, day: dt.date | None = None, **others: Any) -> Task:
    asked = {"by": cast.doctor, "reason": WHY, "at": MORNING, **others}
    return overrides.pin(task.pk, to=to, day=day, **asked)


def away(member: Member, day: dt.date = MONDAY, days: int = 0) -> None:
    Absence.objects.create(
        clinic=member.clinic,
        member=member,
        reason="sick",
        starts_on=day,
        ends_on=day + dt.timedelta(days=days),
    )


def told(found: Stranded) -> list[tuple[Reason, str, int, int]]:
    return [(group.reason, group.member.name, group.tasks, group.minutes) for group in found.groups]


# --- pins


def test_pinned_it_stays_with_whom_and_when_through_nights(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    pinned = pin(solbakken, task, solbakken.nurse, FRIDAY)
    assert (pinned.state, pinned.assignee, pinned.planned_on) == ("assigned", solbakken.nurse, FRIDAY)
    assert (pinned.pinned, pinned.pinned_day) == (True, True)
    assert pinned.why == {"rule": "pinned", "by": "Hanne Holm"}
    event = task.events.get()
    assert (event.verb, event.by, event.reason, event.to_member) == (
        "pin", solbakken.doctor, WHY, solbakken.nurse,
    )  # fmt: skip
    for n in range(3):
        share(solbakken, MONDAY + dt.timedelta(days=n))
    task.refresh_from_db()
    assert (task.assignee, task.planned_on, task.version) == (solbakken.nurse, FRIDAY, 2)


def test_pinned_without_a_day_the_night_chooses_the_day(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    pin(solbakken, task, solbakken.nurse)
    share(solbakken)
    task.refresh_from_db()
    assert (task.assignee, task.pinned, task.pinned_day) == (solbakken.nurse, True, False)
    assert task.planned_on is not None


def test_pinned_to_whoever_has_it_it_keeps_its_day_and_what_is_begun(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=TUESDAY, state="started"
    )
    pinned = pin(solbakken, task, None)
    assert (pinned.state, pinned.assignee, pinned.planned_on) == ("started", solbakken.secretary, TUESDAY)
    assert pin(solbakken, task, solbakken.nurse).state == "assigned"


def test_unpinned_the_night_decides_again(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    pin(solbakken, task, solbakken.doctor if _may(solbakken.doctor) else solbakken.nurse, FRIDAY)
    unpinned = overrides.unpin(task.pk, by=solbakken.doctor, reason=WHY, at=MORNING)
    assert (unpinned.pinned, unpinned.pinned_day, unpinned.planned_on) == (False, False, FRIDAY)
    overrides.unpin(task.pk, by=solbakken.doctor, reason=WHY, at=MORNING)
    assert list(task.events.values_list("verb", flat=True)) == ["pin", "unpin"]
    share(solbakken)
    task.refresh_from_db()
    assert task.why["rule"] != "pinned"


def _may(member: Member) -> bool:
    return member.profession in TaskKind.objects.get(slug="okonomi").professions


def test_nobody_is_given_what_the_law_forbids(solbakken: Cast, furulund: Cast) -> None:
    task = make_task(solbakken.clinic, "sykmelding")
    for member in (solbakken.secretary, furulund.doctor):
        with pytest.raises(PermissionDenied):
            pin(solbakken, task, member)
    task.refresh_from_db()
    assert (task.assignee, task.version) == (None, 1)


def test_only_leaders_overrule_and_only_in_their_own_clinic(solbakken: Cast, furulund: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    given: dict[str, Any] = {"reason": WHY, "at": MORNING}
    with pytest.raises(PermissionDenied):
        overrides.pin(task.pk, by=solbakken.nurse, to=solbakken.nurse, day=None, **given)
    with pytest.raises(PermissionDenied):
        overrides.unpin(task.pk, by=solbakken.nurse, **given)
    with pytest.raises(Task.DoesNotExist):
        overrides.unpin(task.pk, by=furulund.doctor, **given)
    for verb in (overrides.forbid, overrides.allow):
        with pytest.raises(PermissionDenied):
            verb(task.pk, solbakken.secretary, by=solbakken.nurse, **given)
        with pytest.raises(PermissionDenied):
            verb(task.pk, solbakken.secretary, by=furulund.doctor, **given)
        with pytest.raises(Task.DoesNotExist):
            verb(task.pk, furulund.secretary, by=furulund.doctor, **given)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_reason_is_asked_for(solbakken: Cast, reason: str) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse)
    with pytest.raises(ValueError, match="reason"):
        pin(solbakken, task, None, reason=reason)
    with pytest.raises(ValueError, match="reason"):
        overrides.unpin(task.pk, by=solbakken.doctor, reason=reason, at=MORNING)
    for verb in (overrides.forbid, overrides.allow):
        with pytest.raises(ValueError, match="reason"):
            verb(task.pk, solbakken.nurse, by=solbakken.doctor, reason=reason, at=MORNING)


def test_a_full_day_takes_a_pin_only_with_overtime(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=FRIDAY, planned_minutes=290)
    task = make_task(solbakken.clinic, "okonomi", planned_minutes=30, due_on=FRIDAY)
    with pytest.raises(ValueError, match="full"):
        pin(solbakken, task, solbakken.nurse, FRIDAY)
    allow_overtime(solbakken.nurse, FRIDAY, 20, "Mange haster", by=solbakken.doctor, at=MORNING)
    assert pin(solbakken, task, solbakken.nurse, FRIDAY).planned_on == FRIDAY
    assert (
        pin(solbakken, task, solbakken.nurse, FRIDAY).planned_on == FRIDAY
    )  # its own minutes do not count twice


def test_todays_minutes_that_are_spent_are_not_there_to_pin_to(solbakken: Cast) -> None:
    make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.nurse, state="done", done_by=solbakken.nurse, minutes=250,
        ended_at=MORNING,
    )  # fmt: skip
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, state="started", planned_minutes=20)
    assert minutes_left(solbakken.nurse, MONDAY, today=MONDAY) == (300, 270)
    task = make_task(solbakken.clinic, "okonomi", planned_minutes=31)
    with pytest.raises(ValueError, match="full"):
        pin(solbakken, task, solbakken.nurse, MONDAY)


def test_a_day_that_cannot_be(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", opens_on=TUESDAY, due_on=FRIDAY, closes_on=FRIDAY)
    for day in (YESTERDAY, MONDAY, FRIDAY + dt.timedelta(days=3)):
        with pytest.raises(ValueError, match="day"):
            pin(solbakken, task, solbakken.nurse, day)
    away(solbakken.nurse, FRIDAY)
    with pytest.raises(ValueError, match="away"):
        pin(solbakken, task, solbakken.nurse, FRIDAY)


def test_nobody_to_pin_to(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    with pytest.raises(ValueError, match="to"):
        pin(solbakken, task, None)
    Member.objects.filter(pk=solbakken.nurse.pk).update(ends_on=YESTERDAY)
    with pytest.raises(ValueError, match="to"):
        pin(solbakken, task, Member.objects.get(pk=solbakken.nurse.pk))


def test_what_is_ended_or_changed_is_not_overruled(solbakken: Cast) -> None:
    done = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.nurse, state="done", done_by=solbakken.nurse, minutes=5,
        ended_at=MORNING,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        pin(solbakken, done, solbakken.nurse)
    for member in (solbakken.nurse, solbakken.secretary):
        with pytest.raises(NotAllowed):
            overrides.forbid(done.pk, member, by=solbakken.doctor, reason=WHY, at=MORNING)
    task = make_task(solbakken.clinic, "okonomi", version=3)
    with pytest.raises(Changed):
        pin(solbakken, task, solbakken.nurse, version=2)


# --- ruled out


def test_ruled_out_it_is_nobodys_and_goes_to_another(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=MONDAY, pinned=True
    )
    given: dict[str, Any] = {"by": solbakken.doctor, "reason": "Pårørende", "at": MORNING}
    out = overrides.forbid(task.pk, solbakken.secretary, **given)
    assert (out.state, out.assignee, out.planned_on, out.pinned) == ("open", None, None, False)
    overrides.forbid(task.pk, solbakken.secretary, **given)
    share(solbakken)
    task.refresh_from_db()
    assert task.assignee == solbakken.nurse
    with pytest.raises(ValueError, match="forbidden"):
        pin(solbakken, task, solbakken.secretary)
    allowed = overrides.allow(task.pk, solbakken.secretary, **given)
    overrides.allow(task.pk, solbakken.secretary, **given)
    assert allowed.forbidden == []
    assert list(task.events.values_list("verb", flat=True)) == ["forbid", "assign", "allow"]
    assert pin(solbakken, task, solbakken.secretary).assignee == solbakken.secretary


def sheet_of(task: Task, member: Member) -> str:
    return str(logged_in(member).get(f"/oppgave/{task.pk}/").content.decode())


def test_whoever_is_ruled_out_is_not_given_it_by_a_colleague_either(solbakken: Cast) -> None:
    task = make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.secretary, forbidden=[solbakken.nurse.pk]
    )
    with pytest.raises(PermissionDenied):
        doing.hand_on(task.pk, by=solbakken.secretary, to=solbakken.nurse, reason="x", at=MORNING)
    with pytest.raises(PermissionDenied):
        doing.start(task.pk, by=solbakken.nurse, at=MORNING)
    with pytest.raises(PermissionDenied):
        doing.complete(task.pk, by=solbakken.nurse, minutes=10, at=MORNING)
    assert f"/oppgave/{task.pk}/utfort/" not in sheet_of(task, solbakken.nurse)
    assert f"/oppgave/{task.pk}/utfort/" in sheet_of(task, solbakken.secretary)
    assert solbakken.nurse not in who_may(task, on=MONDAY)
    assert solbakken.secretary in who_may(task, on=MONDAY)


def test_ruling_out_somebody_else_leaves_it_where_it_is(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, state="started")
    out = overrides.forbid(task.pk, solbakken.nurse, by=solbakken.doctor, reason=WHY, at=MORNING)
    assert (out.state, out.assignee, out.forbidden) == ("started", solbakken.secretary, [solbakken.nurse.pk])


# --- overtime


def test_overtime_is_for_the_sharing_out_and_not_for_reports(solbakken: Cast) -> None:
    given: dict[str, Any] = {"by": solbakken.doctor, "at": MORNING}
    allow_overtime(solbakken.nurse, FRIDAY, 60, "Mange haster", **given)
    allow_overtime(solbakken.nurse, FRIDAY, 45, "Færre enn vi trodde", **given)
    saturday = MONDAY + dt.timedelta(days=5)
    allow_overtime(solbakken.nurse, saturday, 120, "Vaksinedag", **given)
    assert Overtime.objects.count() == 2
    assert capacity([FRIDAY])[solbakken.nurse.pk] == {FRIDAY: 300}
    assert time_for_tasks([FRIDAY, saturday])[solbakken.nurse.pk] == {FRIDAY: 345, saturday: 120}
    allow_overtime(solbakken.nurse, FRIDAY, 0, "Likevel ikke", **given)
    assert time_for_tasks([FRIDAY])[solbakken.nurse.pk] == {FRIDAY: 300}


def test_overtime_that_cannot_be(solbakken: Cast, furulund: Cast) -> None:
    given: dict[str, Any] = {"by": solbakken.doctor, "at": MORNING}
    with pytest.raises(PermissionDenied):
        allow_overtime(solbakken.nurse, FRIDAY, 30, WHY, by=solbakken.nurse, at=MORNING)
    with pytest.raises(PermissionDenied):
        allow_overtime(furulund.nurse, FRIDAY, 30, WHY, **given)
    Member.objects.filter(pk=solbakken.secretary.pk).update(ends_on=TUESDAY)
    leaving = Member.objects.get(pk=solbakken.secretary.pk)
    for member, day in (
        (solbakken.nurse, YESTERDAY),
        (solbakken.nurse, MONDAY + dt.timedelta(days=61)),
        (leaving, FRIDAY),
    ):
        with pytest.raises(ValueError, match="day"):
            allow_overtime(member, day, 30, WHY, **given)
    for minutes in (-1, 241):
        with pytest.raises(ValueError, match="minutes"):
            allow_overtime(solbakken.nurse, FRIDAY, minutes, WHY, **given)
    with pytest.raises(ValueError, match="reason"):
        allow_overtime(solbakken.nurse, FRIDAY, 30, " ", **given)
    assert not Overtime.objects.exists()


# --- what no longer holds


def test_a_plan_that_holds_says_nothing(solbakken: Cast) -> None:
    make_task(solbakken.clinic, "okonomi", due_on=FRIDAY)
    share(solbakken)
    found = stranded(solbakken.clinic.pk, MONDAY)
    assert not found
    assert found.cause == Cause.ASKED


def test_whoever_is_away_has_left_or_may_no_longer_is_named(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="arskontroll")
    delegation = Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=kind, instruction="x",
        starts_on=dt.date(2026, 1, 1), signed_at=MORNING - dt.timedelta(days=9),
    )  # fmt: skip
    patient = make_patient(solbakken)
    given: dict[str, Any] = {"due_on": FRIDAY, "planned_minutes": 30}
    make_task(
        solbakken.clinic,
        "arskontroll",
        assignee=solbakken.nurse,
        patient=patient,
        planned_on=TUESDAY,
        **given,
    )
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=TUESDAY, **given)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.secretary, planned_on=FRIDAY, **given)
    make_task(solbakken.clinic, "sykmelding", assignee=solbakken.second_doctor, **given)
    assert not stranded(solbakken.clinic.pk, MONDAY)
    delegation.revoked_on = MONDAY
    delegation.save()
    away(solbakken.secretary, TUESDAY)
    Member.objects.filter(pk=solbakken.second_doctor.pk).update(ends_on=YESTERDAY)
    found = stranded(solbakken.clinic.pk, MONDAY)
    assert told(found) == [
        (Reason.ENDED, "Arne Aune", 1, 30),
        (Reason.MAY_NOT, "Nina Nes", 1, 30),
        (Reason.AWAY, "Siri Sand", 1, 30),
    ]
    assert found.groups[2].days == (TUESDAY,)
    assert found.cause == Cause.ENDED


def test_more_on_a_day_than_it_holds(solbakken: Cast) -> None:
    for minutes in (200, 150):
        make_task(
            solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=FRIDAY, planned_minutes=minutes
        )
    assert told(stranded(solbakken.clinic.pk, MONDAY)) == [(Reason.OVERBOOKED, "Nina Nes", 2, 50)]
    allow_overtime(solbakken.nurse, FRIDAY, 50, "Mye post", by=solbakken.doctor, at=MORNING)
    assert not stranded(solbakken.clinic.pk, MONDAY)


def test_a_day_that_is_done_is_not_over_booked_and_nobody_is_away(solbakken: Cast) -> None:
    """Work took a little longer than planned: no news. All of it is spent: still at work."""
    make_task(
        solbakken.clinic, "okonomi", assignee=solbakken.nurse, state="done", done_by=solbakken.nurse, minutes=300,
        ended_at=MORNING,
    )  # fmt: skip
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=MONDAY, planned_minutes=30)
    assert not stranded(solbakken.clinic.pk, MONDAY)
    make_task(solbakken.clinic, "okonomi", assignee=solbakken.nurse, planned_on=MONDAY, planned_minutes=5)
    assert told(stranded(solbakken.clinic.pk, MONDAY)) == [(Reason.OVERBOOKED, "Nina Nes", 2, 35)]


def test_what_has_become_possible_since_the_last_sharing_out(solbakken: Cast) -> None:
    share(solbakken)
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, instruction="x",
        kind=TaskKind.objects.get(slug="arskontroll"), starts_on=MONDAY, signed_at=MORNING + dt.timedelta(hours=1),
    )  # fmt: skip
    begun = make_member(solbakken.clinic, "Ny Nurse", "nurse", starts_on=TUESDAY)
    found = stranded(solbakken.clinic.pk, TUESDAY)
    assert [(each.news, each.member, each.kinds) for each in found.possibilities] == [
        (News.DELEGATED, solbakken.nurse, 1),
        (News.BEGUN, begun, 0),
    ]
    assert found.cause == Cause.DELEGATION
    share_out([solbakken.clinic.pk], now=MORNING + dt.timedelta(days=1), today=TUESDAY)
    assert not stranded(solbakken.clinic.pk, TUESDAY)


def test_it_takes_ten_queries_whatever_there_is(solbakken: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            stranded(solbakken.clinic.pk, MONDAY)
        return len(found)

    share(solbakken)
    few = queries()
    for member in (solbakken.nurse, solbakken.secretary):
        away(member, MONDAY, 20)
        for _ in range(10):
            make_task(solbakken.clinic, "okonomi", assignee=member, planned_on=FRIDAY)
    assert queries() == few <= 10


def test_another_clinics_trouble_is_not_told(solbakken: Cast, furulund: Cast) -> None:
    make_task(furulund.clinic, "okonomi", assignee=furulund.secretary, planned_on=FRIDAY)
    away(furulund.secretary, FRIDAY)
    assert not stranded(solbakken.clinic.pk, MONDAY)
    assert stranded(furulund.clinic.pk, MONDAY)
