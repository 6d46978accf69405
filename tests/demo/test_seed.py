"""The demo's rows hold what the product promises: stories replay, nobody does what they may not."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import asdict, fields
from io import StringIO
from itertools import pairwise

import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q

from demo.logins import LOGINS, PASSWORD
from demo.seed import Seeded, latest_day
from demo.work import NIGHT
from patients.models import Condition, Patient, PatientIdentifier
from patients.personnummer import FNR_SYSTEM, fault
from reports.models import CapacityLine, MovableLine, ReportChart, WeeklyReport
from tasks import life
from tasks.actions.occasions import rhythm_of
from tasks.eligibility import ground_for, rule_for
from tasks.models import (
    Delegation,
    FollowUpPlan,
    JournalNote,
    PlanStep,
    Programme,
    SenderReturn,
    Task,
    TaskEvent,
    TaskState,
    UsualMinutes,
    Verb,
)
from tasks.recurrence import next_occasion
from tasks.replay import Standing, replay
from teams.calendar import DAY, OSLO, Week, is_working_day, midnight, oslo_date
from teams.models import Absence, Clinic, Member, User
from teams.queries import capacity
from teams.wall import clinic_scope
from tests.demo.conftest import PATIENTS, TODAY

pytestmark = pytest.mark.usefixtures("demo")
FIRST_DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 21, 4, tzinfo=OSLO)


def clinic(slug: str = "solbakken") -> Clinic:
    return Clinic.objects.get(slug=slug)


def test_counts_are_what_was_asked_for(demo: Seeded) -> None:
    assert Patient.objects.filter(clinic=clinic()).count() == PATIENTS
    assert Patient.objects.filter(clinic=clinic("furulund")).count() == PATIENTS // 10
    professions = (
        Member.objects.filter(clinic=clinic()).employed_on(TODAY).values_list("profession", flat=True)
    )
    # Four doctors and the locum.
    assert Counter(professions) == {"doctor": 5, "nurse": 2, "secretary": 4, "": 1}
    assert demo.counts["tasks_task"] == Task.objects.count() - demo.counts["opened_tonight"]


def test_constraints_hold_after_the_night_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_every_task_stands_as_its_events_alone_say() -> None:
    stories = defaultdict(list)
    for event in TaskEvent.objects.order_by("id"):
        stories[event.task_id].append(event)
    tasks = list(Task.objects.all())
    assert len(tasks) == len(stories) > 2000
    names = [field.name for field in fields(Standing)]
    for task in tasks:
        events = stories[task.pk]
        row = {name: getattr(task, name) for name in names} | {"forbidden": tuple(task.forbidden)}
        assert asdict(replay(events)) == row, (task.pk, [e.verb for e in events])
        assert all(earlier.at <= later.at for earlier, later in pairwise(events))
        assert events[0].verb == (Verb.LOG if task.logged else Verb.OPEN)


def test_every_change_is_one_that_the_table_allows() -> None:
    for verb, before, after in TaskEvent.objects.values_list("verb", "from_state", "to_state").distinct():
        if not before:
            assert life.BEGINS[Verb(verb)] in {after, TaskState.OPEN}, (verb, after)
            continue
        to = life.MOVES[Verb(verb)][TaskState(before)]
        assert after in ({*life.NOBODYS} if to in life.NOBODYS else {to}), (verb, before, after)


def test_the_demo_shows_a_tasks_whole_life() -> None:
    here = Task.objects.filter(clinic=clinic())
    closings = set(here.exclude(closing="").values_list("closing", flat=True))
    assert {"done", "elsewhere", "declined", "unreached", "not_needed", "returned"} <= closings
    assert here.filter(state="scheduled", assignee=None, opens_on__gt=TODAY).count() >= 2
    assert here.filter(attempts__gt=0).exists()
    met = here.filter(state="done").exclude(kind__channels=[]).exclude(part="sign")
    assert not met.filter(channel="").exists()
    waiting = SenderReturn.objects.filter(clinic=clinic(), answer="", answer_due_on__isnull=False)
    assert waiting.filter(answer_due_on__lt=TODAY).exists()
    assert SenderReturn.objects.filter(answer="taken").exists()
    assert UsualMinutes.objects.filter(clinic=clinic(), member=None).exists()
    assert UsualMinutes.objects.filter(clinic=clinic()).exclude(member=None).exists()


def test_pairs_are_prepared_by_one_and_signed_by_another() -> None:
    signatures = Task.objects.filter(part="sign").select_related("after", "after__done_by", "done_by")
    signed = [task for task in signatures if task.state == "done"]
    assert len(signed) > 100
    waiting = [task for task in signatures if task.ended_at is None and task.after.ended_at is None]
    assert waiting
    for task in signed:
        assert task.after.part == "prepare"
        assert task.after.ended_at is not None
        assert task.after.ended_at <= task.ended_at
    assert sum(task.after.done_by_id not in (None, task.done_by_id) for task in signed) > 0.8 * len(signed)
    planned = [task for task in waiting if task.planned_on and task.after.planned_on]
    assert all(task.planned_on >= task.after.planned_on for task in planned)


def test_what_was_declined_or_never_reached_in_a_plan_is_journalled() -> None:
    closed = Task.objects.filter(closing__in=["declined", "unreached"], plan_step__isnull=False)
    assert closed.exists()
    notes = list(JournalNote.objects.all())
    assert len(notes) == closed.count()
    for note in notes:
        assert "§ 25" in note.text
        assert str(note.patient) not in note.text


def test_nobody_does_what_the_catalogue_forbids() -> None:
    delegations = list(Delegation.objects.all())
    by_delegation = 0
    for task in Task.objects.filter(state="done").select_related("kind", "done_by", "patient"):
        day = oslo_date(task.ended_at)
        in_force = {
            (d.doctor_id, d.member_id)
            for d in delegations
            if d.kind_id == task.kind_id
            and d.starts_on <= day
            and (d.ends_on is None or d.ends_on >= day)
            and (d.revoked_on is None or d.revoked_on > day)
        }
        rule = rule_for(task.kind, task.part)
        ground = ground_for(
            rule, member_id=task.done_by_id, profession=task.done_by.profession,
            list_doctor_id=task.patient.list_doctor_id if task.patient else None, delegated=in_force,
        )  # fmt: skip
        assert ground is not None, (task.kind.slug, task.done_by.name, day)
        by_delegation += ground == "delegation"
    assert by_delegation > 5


def test_work_is_done_on_working_days_by_people_who_are_there() -> None:
    done = [(t.done_by_id, oslo_date(t.ended_at)) for t in Task.objects.filter(state="done")]
    days = sorted({day for _, day in done})
    assert all(is_working_day(day) for day in days)
    there = capacity(days)
    assert [pair for pair in done if pair[1] not in there[pair[0]]] == []
    absent = Absence.objects.filter(
        member__done_tasks__ended_at__date__gte=F("starts_on"),
        member__done_tasks__ended_at__date__lte=F("ends_on"),
    )
    assert not absent.exists()


def test_nothing_has_happened_that_has_not_happened_yet() -> None:
    assert not Task.objects.filter(ended_at__gte=NOW).exists()
    later = TaskEvent.objects.filter(at__gt=NOW)
    assert later.count() == later.filter(verb="open", task__assignee=None).count() == 4


def test_the_dead_and_the_moved_are_not_followed() -> None:
    gone = Patient.objects.exclude(deceased_on=None, moved_on=None)
    assert gone.exists()
    assert not FollowUpPlan.objects.filter(patient__in=gone, state="active").exists()
    assert not Task.objects.filter(patient__in=gone, plan_step__isnull=False, ended_at=None).exists()
    assert not PlanStep.objects.filter(plan__patient__in=gone, waiting=True).exists()


def test_person_numbers_are_valid_and_nobodys() -> None:
    values = list(PatientIdentifier.objects.values_list("system", "value"))
    assert len(values) == Patient.objects.count()
    assert {system for system, _ in values} == {FNR_SYSTEM}
    assert [value for _, value in values if fault(value, synthetic_only=True)] == []
    for clinic_values in PatientIdentifier.objects.values("clinic").annotate(n=Count("value", distinct=True)):
        assert clinic_values["n"] == Patient.objects.filter(clinic=clinic_values["clinic"]).count()


def test_plans_stand_where_their_tasks_leave_them() -> None:
    open_tasks = dict(Task.objects.open().exclude(plan_step=None).values_list("plan_step", "due_on"))
    last_done: dict[int, dt.date] = {}
    counts = Q(state="done") | Q(closing="elsewhere")
    for task in Task.objects.filter(counts).exclude(plan_step=None).order_by("ended_at"):
        last_done[task.plan_step_id] = oslo_date(task.ended_at)
    followed = 0
    for row in PlanStep.objects.select_related("step", "plan"):
        if row.pk in last_done:
            assert row.last_done_on == last_done[row.pk]
        if row.plan.state != "active":
            assert not row.waiting
            assert row.pk not in open_tasks
        elif row.waiting:
            assert row.pk not in open_tasks
            assert row.opens_on > TODAY
            ended = Task.objects.filter(plan_step=row).order_by("ended_at").last()
            if ended and ended.state == "done":
                expected = next_occasion(rhythm_of(row.step), after=last_done[row.pk])
                assert (row.opens_on, row.due_on) == (expected.opens_on, expected.due_on)
                followed += 1
        else:
            assert open_tasks[row.pk] == row.due_on
    assert followed > 50


def test_programmes_are_approved_by_a_doctor_and_some_are_left_to_approve() -> None:
    programmes = Programme.objects.filter(clinic=clinic())
    assert 4 <= programmes.filter(state="proposed").count() <= 5
    approved = programmes.filter(state="approved")
    assert set(approved.values_list("approved_by__profession", flat=True)) == {"doctor"}
    assert not FollowUpPlan.objects.exclude(programme__state="approved").exists()


def test_delegations_show_every_standing() -> None:
    all_of_them = Delegation.objects.filter(clinic=clinic())
    assert all_of_them.in_force(TODAY).count() == 3
    assert all_of_them.filter(ends_on__lt=TODAY).count() == 1
    assert all_of_them.filter(revoked_on__lt=TODAY).count() == 1
    assert not all_of_them.filter(instruction="").exists()


def test_the_logins_have_something_to_do_in_the_first_week() -> None:
    """A tenth of the work is some thirty tasks for eleven people: one of the four may get none of it."""
    week = (FIRST_DAY, FIRST_DAY + 4 * DAY)
    held = Task.objects.open().filter(planned_on__range=week, assignee__user__isnull=False)
    logins = {"sykepleier", "lege", "leder", "sekretaer"}
    assert len(logins & set(held.values_list("assignee__user__username", flat=True))) >= 3
    assert Task.objects.open().filter(planned_on__gt=FIRST_DAY).count() > 3
    last_day_today = Task.objects.open().filter(hard=True, closes_on=FIRST_DAY, name="Denosumab-injeksjon")
    assert last_day_today.count() <= 1
    assert Task.objects.open().filter(due_on__lt=TODAY).exists()
    assert Task.objects.open().filter(origin="hospital").exclude(sender="").exists()
    assert Task.objects.filter(state="open", assignee=None).count() == 4


def test_the_weeks_are_closed_and_quiet_in_july_and_at_christmas() -> None:
    reports = WeeklyReport.objects.filter(clinic=clinic())
    assert reports.count() == 56
    done = Counter[tuple[int, int]]()
    for line in CapacityLine.objects.filter(report__in=reports, member=None).select_related("report"):
        done[line.report.year, line.report.week] += line.done
    usual = sum(done[2026, week] for week in range(34, 47)) / 13
    assert sum(done[2026, week] for week in (28, 29, 30)) / 3 < 0.75 * usual
    assert done[2025, 52] < 0.6 * usual
    assert min(done.values()) > 0
    assert ReportChart.objects.filter(report__in=reports).exists()


def test_doctors_movable_minutes_go_down_after_the_delegation() -> None:
    """As a share of what doctors did, since a tenth of a clinic has quiet weeks."""
    movable, done = Counter[bool](), Counter[bool]()
    delegated = Week(2026, 24)
    for line in MovableLine.objects.filter(clinic=clinic(), bucket="movable").select_related("report"):
        movable[Week(line.report.year, line.report.week) > delegated] += line.minutes
    doctors = CapacityLine.objects.filter(clinic=clinic(), profession="doctor", member=None)
    for each in doctors.select_related("report"):
        done[Week(each.report.year, each.report.week) > delegated] += each.done_minutes
    assert movable[True] / done[True] < 0.95 * movable[False] / done[False]


def test_the_other_clinic_is_another_world() -> None:
    solbakken, furulund = clinic(), clinic("furulund")
    users = {
        c: set(Member.objects.filter(clinic=c).exclude(user=None).values_list("user__username", flat=True))
        for c in (solbakken, furulund)
    }
    assert users[solbakken] & users[furulund] == {"vikar"}
    with clinic_scope(furulund.pk):
        assert Patient.objects.count() == PATIENTS // 10
        assert not Task.objects.filter(clinic=solbakken.pk).exists()
        assert set(Condition.objects.values_list("clinic", flat=True)) == {furulund.pk}
        assert set(Task.objects.values_list("clinic", flat=True)) == {furulund.pk}


def test_the_demos_password_opens_every_login() -> None:
    users = User.objects.filter(username__in=[login.username for login in LOGINS])
    assert users.count() == len(LOGINS)
    # One hash for all of them; checking it costs half a second.
    (password,) = set(users.values_list("password", flat=True))
    assert check_password(PASSWORD, password)
    assert not users.filter(Q(is_staff=True) | Q(is_superuser=True)).exists()


def test_a_second_run_does_nothing() -> None:
    before = Task.objects.count(), Patient.objects.count(), User.objects.count()
    out = StringIO()
    call_command("seed_demo", stdout=out)
    assert out.getvalue().splitlines() == ["Demolegekontoret finnes fra før."]
    assert (Task.objects.count(), Patient.objects.count(), User.objects.count()) == before


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="ikke en dag"):
        call_command("seed_demo", "--today", "2026-13-01")


def test_the_foreign_keys_are_back_as_the_migrations_made_them() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"
            " AND condeferrable AND condeferred"
            " AND conrelid IN ('tasks_task'::regclass, 'tasks_taskevent'::regclass) GROUP BY 1"
        )
        # Every relation has exactly one: Django's, or the one that carries the clinic (teams/walling.py), which tells of
        # the clinic too.
        assert dict(cursor.fetchall()) == {
            model._meta.db_table: sum(
                bool(field.many_to_one) and (field.name != "clinic" or getattr(field, "db_constraint", True))
                for field in model._meta.concrete_fields
            )
            for model in (Task, TaskEvent)
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE tasks_task SET patient_id = 0 WHERE id = (SELECT min(id) FROM tasks_task)")
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 11, 22)])
def test_the_demos_night_is_never_in_the_future(day: dt.date) -> None:
    """The days on which the clocks change too."""
    for hour in range(24):
        now = dt.datetime(day.year, day.month, day.day, hour, 30, tzinfo=OSLO).astimezone(dt.UTC)
        found = latest_day(now)
        assert found == (day if hour >= 4 else day - DAY)
        assert midnight(found) + NIGHT <= now < midnight(found + DAY) + NIGHT
