"""A closed week does not change: it can be made again from the events, and what is set right makes a new edition."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from patients.models import Patient
from reports.actions import correcting
from reports.actions.closing import close_weeks
from reports.actions.correcting import correct_weeks, remade
from reports.models import CapacityLine, SenderLine, WeeklyReport, WorkLine
from tasks.actions import doing
from tasks.actions.creating import create_task
from tasks.actions.recording import correct, log_work
from tasks.actions.returns import answer, return_to_sender
from tasks.actions.undoing import undo
from tasks.models import Answer, Task, TaskKind
from teams.actions.absence import Away, register_absence
from teams.calendar import DAY, Week
from tests.conftest import Cast, logged_in
from tests.reports.conftest import WEEK, at, day, make_patient

MONDAY_AFTER = WEEK.ends_at + dt.timedelta(minutes=10)


def kind(slug: str) -> TaskKind:
    return TaskKind.objects.get(slug=slug)


def a_task(cast: Cast, patient: Patient, weekday: int = 1, due: int = 3) -> Task:
    return create_task(
        by=cast.secretary, kind=kind("telefonsporsmal"), patient=patient, due_on=day(WEEK, due),
        hard=False, origin="patient", urgent=False, at=at(day(WEEK, weekday)),
    )  # fmt: skip


def complete(task: Task, by: Any, minutes: int, moment: dt.datetime) -> Task:
    return doing.complete(task.pk, by=by, minutes=minutes, at=moment)


@pytest.fixture
def week(solbakken: Cast) -> Cast:
    """Three telephone calls: one done, one late, one logged afterwards by the doctor."""
    solbakken.clinic.started_on = WEEK.monday
    solbakken.clinic.save()
    patient = make_patient(solbakken.doctor)
    complete(a_task(solbakken, patient), solbakken.secretary, 7, at(day(WEEK, 2)))
    a_task(solbakken, patient, due=4)
    log_work(kind("okonomi"), by=solbakken.doctor, minutes=15, origin="internal", at=at(day(WEEK, 5)))
    return solbakken


def newest(cast: Cast) -> WeeklyReport:
    report: WeeklyReport = WeeklyReport.objects.filter(clinic=cast.clinic).order_by(
        "-year", "-week", "-revision"
    )[0]
    return report


def done_minutes(report: WeeklyReport) -> dict[str, int]:
    lines = CapacityLine.objects.filter(report=report, member=None, done__gt=0)
    return dict(lines.values_list("profession", "done_minutes"))


def work(report: WeeklyReport) -> list[tuple[int, ...]]:
    return sorted(WorkLine.objects.filter(report=report).values_list("opened", "done", "overdue"))


def test_closed_late_a_week_stands_as_it_stood_when_it_ended(week: Cast) -> None:
    """By rows on the night after, or by events weeks later: the same, whatever has happened to the tasks since."""
    with transaction.atomic():
        close_weeks(now=MONDAY_AFTER, week=WEEK)
        first = newest(week)
        told = (first.overdue, done_minutes(first), work(first))
        transaction.set_rollback(True)
    assert told[:2] == (1, {"doctor": 15, "secretary": 7})
    late = Task.objects.get(ended_at=None)
    changing_day = at(day(WEEK.plus(1), 2))
    doing.postpone(
        late.pk, by=week.nurse, until=day(WEEK.plus(3), 1), reason="Ber om å vente", at=changing_day
    )
    complete(late, week.nurse, 9, changing_day + 7 * DAY)
    close_weeks(now=WEEK.plus(3).ends_at, week=WEEK)
    again = newest(week)
    assert (again.overdue, done_minutes(again), work(again)) == told


def test_what_is_told_afterwards_makes_a_new_edition_and_the_old_one_stays(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    log_work(
        kind("okonomi"), by=week.doctor, minutes=20, origin="internal", at=at(day(WEEK.plus(1), 1)),
        ended_at=at(day(WEEK, 5)),
    )  # fmt: skip
    call = Task.objects.get(minutes=7)
    correct(call.pk, by=week.secretary, minutes=12, at=at(day(WEEK.plus(1), 1)))
    tonight = at(day(WEEK.plus(1), 2), dt.time(0, 10))
    assert correct_weeks(now=tonight) == 1
    assert correct_weeks(now=tonight) == 0
    first, second = WeeklyReport.objects.filter(clinic=week.clinic).order_by("revision")
    assert (first.revision, second.revision) == (1, 2)
    assert done_minutes(first) == {"doctor": 15, "secretary": 7}
    assert done_minutes(second) == {"doctor": 35, "secretary": 12}
    text = logged_in(week.manager).get(f"/rapporter/{WEEK.year}/{WEEK.number}/").content.decode()
    assert "Rettet etter at uken ble lukket" in text
    assert "utgave 2" in text
    old = logged_in(week.manager).get(f"/rapporter/{WEEK.year}/{WEEK.number}/?utgave=1").content.decode()
    assert "En eldre utgave" in old
    assert logged_in(week.manager).get(f"/rapporter/{WEEK.year}/{WEEK.number}/?utgave=3").status_code == 404


def test_what_changes_no_number_makes_no_edition(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    call = Task.objects.get(minutes=7)
    correct(call.pk, by=week.secretary, minutes=7, at=at(day(WEEK.plus(1), 1)))
    log_work(kind("okonomi"), by=week.doctor, minutes=5, origin="internal", at=at(day(WEEK.plus(1), 1)))
    assert correct_weeks(now=at(day(WEEK.plus(1), 2), dt.time(0, 10))) == 0


def test_what_was_taken_up_again_later_is_still_what_that_week_did(week: Cast) -> None:
    """Returned in the week; the sender says no, and it is done and set right the week after: the later week's work."""
    patient = make_patient(week.doctor)
    asked = create_task(
        by=week.doctor, kind=kind("rekv_sykehus"), patient=patient, due_on=day(WEEK, 5), hard=False,
        origin="hospital", urgent=False, at=at(day(WEEK, 4)), sender="Røntgenavdelingen",
    )  # fmt: skip
    sent = return_to_sender(
        asked.pk, by=week.doctor, rule="H2", text="Dere rekvirerer selv.", at=at(day(WEEK, 5))
    )
    close_weeks(now=MONDAY_AFTER)
    monday = at(day(WEEK.plus(1), 1))
    answer(sent.pk, by=week.doctor, answer=Answer.KEPT, note="", at=monday)
    complete(asked, week.doctor, 5, monday)
    correct(asked.pk, by=week.doctor, minutes=6, at=monday)
    assert correct_weeks(now=at(day(WEEK.plus(1), 2), dt.time(0, 10))) == 0
    assert remade() == []
    line = SenderLine.objects.get(report=newest(week))
    assert (line.sender, line.done, line.returned) == ("Røntgenavdelingen", 0, 1)
    close_weeks(now=WEEK.plus(1).ends_at)
    line = SenderLine.objects.get(report=newest(week))
    assert (line.done, line.done_minutes, line.doctor_minutes, line.returned) == (1, 6, 6, 0)


def test_absence_told_of_late_is_a_new_edition(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    ill = Away(day(WEEK, 4), day(WEEK, 5), "sick")
    register_absence(week.nurse, ill, by=week.doctor, at=at(day(WEEK.plus(1), 1)))
    assert correct_weeks(now=at(day(WEEK.plus(1), 2), dt.time(0, 10))) == 1
    nurse = CapacityLine.objects.get(report=newest(week), profession="nurse")
    assert nurse.capacity_minutes == 3 * 300


def test_what_was_looked_at_one_night_is_not_weighed_again_the_next(
    week: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weighing means making the clinic's week again: an absence that changed nothing must not cost that every night."""
    weighed: list[Week] = []
    weigh = correcting._differing

    def noted(week: Week, told: list[int], *, known: dt.datetime) -> list[int]:
        weighed.append(week)
        return weigh(week, told, known=known)

    monkeypatch.setattr(correcting, "_differing", noted)
    close_weeks(now=MONDAY_AFTER)
    tuesday = at(day(WEEK.plus(1), 2))
    register_absence(
        week.nurse, Away(day(WEEK.plus(5), 1), day(WEEK.plus(5), 2), "leave"), by=week.doctor, at=tuesday
    )
    assert correct_weeks(now=tuesday + DAY) == 0
    assert weighed == [WEEK]
    assert correct_weeks(now=tuesday + 2 * DAY) == 0
    assert weighed == [WEEK]
    ill = Away(day(WEEK, 4), day(WEEK, 5), "sick")
    register_absence(week.nurse, ill, by=week.doctor, at=tuesday + 2 * DAY + dt.timedelta(hours=3))
    assert correct_weeks(now=tuesday + 3 * DAY) == 1
    assert weighed == [WEEK, WEEK]


def test_every_week_can_be_made_again_from_its_events(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    assert remade() == []
    Task.objects.filter(minutes=7).update(minutes=8)  # a row changed behind the events' back says nothing
    assert remade() == []
    WorkLine.objects.filter(done_minutes=7).update(done_minutes=8)
    assert remade() == [(week.clinic.pk, WEEK)]
    assert WeeklyReport.objects.count() == 1 + WeeklyReport.objects.exclude(clinic=week.clinic).count()


def test_follow_up_done_before_it_fell_due_is_in_time_by_rows_and_by_events(week: Cast) -> None:
    """Due on Wednesday, done the week before: an edition made from events knows of it too."""
    early = WEEK.plus(-1)
    task = create_task(
        by=week.secretary, kind=kind("telefonsporsmal"), patient=make_patient(week.doctor), due_on=day(WEEK, 3),
        hard=True, origin="patient", urgent=False, at=at(day(early, 1)),
    )  # fmt: skip
    complete(task, week.secretary, 6, at(day(early, 2)))
    close_weeks(now=MONDAY_AFTER, week=WEEK)
    report = newest(week)
    assert (report.hard_due, report.hard_missed) == (1, 0)
    assert remade() == []


def test_what_was_logged_late_and_taken_back_is_in_no_edition(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    tuesday = at(day(WEEK.plus(1), 2))
    wrong = log_work(
        kind("okonomi"), by=week.doctor, minutes=300, origin="internal", at=tuesday, ended_at=at(day(WEEK, 5))
    )
    undo(wrong.pk, by=week.doctor, at=tuesday)
    correct_weeks(now=tuesday + DAY)
    assert done_minutes(newest(week)) == {"doctor": 15, "secretary": 7}


def test_a_week_closed_without_lines_per_person_gets_none_later(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    week.clinic.person_reports = True
    week.clinic.save()
    tuesday = at(day(WEEK.plus(1), 2))
    log_work(
        kind("okonomi"), by=week.doctor, minutes=5, origin="internal", at=tuesday, ended_at=at(day(WEEK, 5))
    )
    assert correct_weeks(now=tuesday + DAY) == 1
    assert not CapacityLine.objects.filter(report=newest(week)).exclude(member=None).exists()
    assert remade() == []


def test_an_older_edition_is_taken_out_as_it_is_read(week: Cast) -> None:
    close_weeks(now=MONDAY_AFTER)
    tuesday = at(day(WEEK.plus(1), 2))
    log_work(
        kind("okonomi"), by=week.doctor, minutes=5, origin="internal", at=tuesday, ended_at=at(day(WEEK, 5))
    )
    assert correct_weeks(now=tuesday + DAY) == 1
    client = logged_in(week.manager)
    url = f"/rapporter/{WEEK.year}/{WEEK.number}/uke.csv"
    answers: list[Any] = [client.get(url + asked) for asked in ("", "?utgave=1")]
    new, old = (b"".join(answer.streaming_content) for answer in answers)
    assert new != old
    assert client.get(url + "?utgave=9").status_code == 404
