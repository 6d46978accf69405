"""Every closed week of the demo, made again from the events alone, by hand: task by task in Python, and by the product."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from django.db.models import Sum

from reports.actions.correcting import remade
from reports.models import CapacityLine, SenderLine, WeeklyReport, WorkLine
from tasks.models import ENDED, Task, TaskEvent, TaskState, Verb
from tasks.replay import Standing, replay
from teams.calendar import Week
from teams.models import Member

pytestmark = pytest.mark.usefixtures("demo")


def told_by(story: list[TaskEvent], ends: dt.datetime, known: dt.datetime) -> Standing | None:
    """How the task stood: what had happened by then, and corrections of it, as far as they were recorded."""
    happened = []
    for event in story:
        taken_back = event.verb == Verb.UNDO and (event.from_state, event.to_state) == ("done", "cancelled")
        if event.effective_at >= ends and event.verb != Verb.CORRECT and not taken_back:
            break
        if event.at <= known:
            happened.append(event)
    return replay(happened) if happened else None


def standings(
    report: WeeklyReport, week: Week, stories: dict[int, list[TaskEvent]]
) -> Iterator[tuple[int, Standing]]:
    for task, story in stories.items():
        over = story[-1].to_state in ENDED and story[-1].at < week.starts_at
        if not over and story[0].effective_at < week.ends_at:
            standing = told_by(story, week.ends_at, report.closed_at)
            if standing:
                yield task, standing


def test_every_week_is_what_its_events_say_task_by_task() -> None:
    profession = dict(Member.objects.values_list("pk", "profession"))
    stories: dict[int, dict[int, list[TaskEvent]]] = defaultdict(lambda: defaultdict(list))
    for event in TaskEvent.objects.order_by("id"):
        stories[event.clinic_id][event.task_id].append(event)
    reports = list(WeeklyReport.objects.all())
    assert len(reports) > 50
    assert Task.objects.count() == sum(map(len, stories.values()))
    for report in reports:
        week = Week(report.year, report.week)
        opened = overdue = 0
        done: Counter[str] = Counter()
        minutes: Counter[str] = Counter()
        for _task, each in standings(report, week, stories[report.clinic_id]):
            opened += week.starts_at <= each.opened_at < week.ends_at
            overdue += each.ended_at is None and each.due_on is not None and each.due_on <= week.sunday
            if each.state == TaskState.DONE and each.ended_at and each.ended_at >= week.starts_at:
                done[profession[each.done_by_id or 0]] += 1
                minutes[profession[each.done_by_id or 0]] += each.minutes or 0
        lines = CapacityLine.objects.filter(report=report, member=None, done__gt=0)
        assert dict(lines.values_list("profession", "done")) == done, week
        assert dict(lines.values_list("profession", "done_minutes")) == minutes, week
        assert (WorkLine.objects.filter(report=report).aggregate(n=Sum("opened"))["n"] or 0) == opened, week
        assert report.overdue == overdue, week


def test_the_product_makes_every_week_again_to_the_minute() -> None:
    assert remade() == []


def test_numbers_agree_from_person_to_profession_to_clinic_and_by_kind() -> None:
    for report in WeeklyReport.objects.select_related("clinic"):
        lines = CapacityLine.objects.filter(report=report)
        sums = {
            name: Sum(name)
            for name in ("done", "done_minutes", "logged_minutes", "planned_minutes", "late_minutes")
        }
        whole = lines.filter(member=None).aggregate(**sums)
        if report.clinic.person_reports:
            assert lines.exclude(member=None).aggregate(**sums) == whole
        work = WorkLine.objects.filter(report=report)
        by_kind = work.aggregate(
            **{name: sums[name] for name in ("done", "done_minutes", "logged_minutes", "planned_minutes")}
        )
        assert by_kind == {name: whole[name] for name in by_kind}
        hospital = work.filter(origin="hospital").aggregate(
            done=Sum("done"), minutes=Sum("done_minutes"), back=Sum("returned")
        )
        senders = SenderLine.objects.filter(report=report)
        assert (
            senders.aggregate(done=Sum("done"), minutes=Sum("done_minutes"), back=Sum("returned")) == hospital
        )
