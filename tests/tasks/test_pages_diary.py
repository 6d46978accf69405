"""Tidsdagbok: a week of one's own work, told of in one tap, set right, taken back; nobody else's, and no patient's."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.actions.diary import take_back
from tasks.actions.doing import log_work
from tasks.life import NotAllowed
from tasks.models import Task, TaskKind
from tasks.presenters.diary import LANE, TOP, diary
from tasks.queries.diary import Entry, hours_at_work
from teams.calendar import DAY, OSLO, Week, midnight, oslo_date
from teams.models import Absence, Member
from teams.queries import capacity
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

HTMX = {"HX-Request": "true", "HX-Target": "dagbok"}


def today() -> dt.date:
    return oslo_date(timezone.now())


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def kind(slug: str) -> TaskKind:
    return TaskKind.objects.get(slug=slug)


@pytest.fixture
def doctor(solbakken: Cast) -> Client:
    return logged_in(solbakken.doctor)


def last_week(weekday: int) -> tuple[str, dt.date]:
    """The address of a day of last week, all of which is past, and the day."""
    week = Week.of(today()).plus(-1)
    return f"/dagbok/{week}/{weekday}/for/", week.days[weekday - 1]


# --- told of


def test_the_door_leads_to_today(doctor: Client) -> None:
    answer = doctor.get("/dagbok/")
    assert answer["Location"] == f"/dagbok/{Week.of(today())}/?dag={today().isoweekday()}"
    page = text_of(doctor.get(answer["Location"]))
    assert 'aria-current="page"' in page
    assert "Tidsdagbok" in page


def test_one_tap_today_is_just_now_in_the_usual_time_by_the_usual_channel(
    solbakken: Cast, doctor: Client
) -> None:
    week = Week.of(today())
    quick = doctor.get(f"/dagbok/{week}/").context["quick"]
    assert quick[0].name == "Konsultasjon hos lege"
    answer = doctor.post(f"/dagbok/{week}/{today().isoweekday()}/for/", {"kind": quick[0].id}, headers=HTMX)
    assert "Ført: Konsultasjon hos lege, 20 min." in text_of(answer)
    assert "<html" not in text_of(answer)
    task = Task.objects.get()
    assert (task.minutes, task.channel, task.done_by, task.logged) == (
        20,
        "in_person",
        solbakken.doctor,
        True,
    )
    assert task.ended_at and timezone.now() - task.ended_at < dt.timedelta(minutes=1)


def test_taps_on_a_past_day_follow_one_another_from_eight(doctor: Client) -> None:
    url, day = last_week(3)
    for slug in ("konsultasjon", "ekonsultasjon"):
        assert doctor.post(url, {"kind": kind(slug).pk}).status_code == 302
    ended = [t.ended_at.astimezone(OSLO) for t in Task.objects.order_by("id") if t.ended_at]
    assert ended == [midnight(day) + dt.timedelta(hours=8, minutes=m) for m in (20, 28)]
    page = text_of(doctor.get(f"/dagbok/{Week.of(day)}/?dag=3"))
    assert "08.00–08.20" in page
    assert "08.20–08.28" in page


def test_with_a_clock_it_ended_then(doctor: Client) -> None:
    url, day = last_week(2)
    sent = {"kind": kind("nav_legeerkl").pk, "minutes": "35", "ended": "14:10"}
    assert doctor.post(url, sent).status_code == 302
    task = Task.objects.get()
    assert task.ended_at == dt.datetime.combine(day, dt.time(14, 10), tzinfo=OSLO)
    assert task.opens_on == day


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""},
        {"kind": "abc"},
        {"minutes": "0"},
        {"minutes": "900"},
        {"ended": "25:99"},
        {"channel": "home"},
    ],
)
def test_what_cannot_be_is_refused_with_the_form(doctor: Client, wrong: dict[str, str]) -> None:
    answer = doctor.post(last_week(1)[0], {"kind": kind("konsultasjon").pk, **wrong})
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    assert not Task.objects.exists()


def test_a_kind_without_a_part_for_the_profession_is_refused(solbakken: Cast) -> None:
    nurse = logged_in(solbakken.nurse)
    assert nurse.post(last_week(1)[0], {"kind": kind("sykmelding").pk}).status_code == 422


@pytest.mark.parametrize("weeks", [-2, 1, 60])
def test_neither_long_ago_nor_ahead(doctor: Client, weeks: int) -> None:
    week = Week.of(today()).plus(weeks)
    answer = doctor.post(f"/dagbok/{week}/3/for/", {"kind": kind("konsultasjon").pk})
    assert answer.status_code == 422
    assert not Task.objects.exists()
    page = text_of(doctor.get(f"/dagbok/{week}/?dag=3"))
    assert "Hva gjorde du?" in page
    assert "/for/" not in page


@pytest.mark.parametrize(
    "week", ["2026-W54", "abc", "2026-47", "0000-W01", "9999-W60", "2026-W47-1", "0001-W01", "9999-W51"]
)
def test_a_week_that_is_none_is_not_there(doctor: Client, week: str) -> None:
    assert doctor.get(f"/dagbok/{week}/").status_code == 404
    assert doctor.post(f"/dagbok/{week}/1/for/", {"kind": "1"}).status_code == 404


@pytest.mark.parametrize("day", ["0", "8", "x", "", "11"])
def test_a_day_that_is_none_is_one_of_the_week(doctor: Client, day: str) -> None:
    assert doctor.get(f"/dagbok/2026-W40/?dag={day}").context["diary"].day == Week(2026, 40).monday


# --- set right, and taken back


@pytest.fixture
def logged(solbakken: Cast) -> Task:
    day = last_week(3)[1]
    return log_work(
        kind("rutinekontroll"), by=solbakken.doctor, minutes=20, origin="plan", at=timezone.now(),
        ended_at=midnight(day) + dt.timedelta(hours=10), channel="in_person",
    )  # fmt: skip


def test_five_more_five_fewer_and_as_typed(doctor: Client, logged: Task) -> None:
    url = f"/dagbok/oppgave/{logged.pk}/rett/"
    for change, version, minutes in (("5", 1, 25), ("-5", 2, 20)):
        shown = minutes - int(change)
        sent = {"minutes": str(shown), "change": change, "version": str(version)}
        assert doctor.post(url, sent).status_code == 302
        logged.refresh_from_db()
        assert logged.minutes == minutes
    answer = doctor.post(url, {"minutes": "33", "channel": "video", "version": "3"}, headers=HTMX)
    logged.refresh_from_db()
    assert (answer.status_code, logged.minutes, logged.channel) == (200, 33, "video")
    assert f'id="rett-{logged.pk}"' in text_of(answer)
    doctor.post(url, {"minutes": "3", "change": "-5", "version": "4"})
    logged.refresh_from_db()
    assert (logged.minutes, logged.channel) == (1, "video")


@pytest.mark.parametrize(
    "sent",
    [
        {"minutes": "0"},
        {"minutes": ""},
        {"minutes": "20", "version": "9"},
        {"minutes": "20", "channel": "text"},
    ],
)
def test_set_right_wrongly_changes_nothing(doctor: Client, logged: Task, sent: dict[str, str]) -> None:
    answer = doctor.post(f"/dagbok/oppgave/{logged.pk}/rett/", {"version": "1", **sent})
    assert answer.status_code == 422
    assert 'role="alert"' in text_of(answer)
    logged.refresh_from_db()
    assert (logged.minutes, logged.version) == (20, 1)


def test_taken_back_it_counts_nowhere(doctor: Client, logged: Task) -> None:
    answer = doctor.post(f"/dagbok/oppgave/{logged.pk}/ta-tilbake/", headers=HTMX)
    assert "er tatt tilbake" in text_of(answer)
    logged.refresh_from_db()
    assert (logged.state, logged.closing, logged.minutes) == ("cancelled", "mistake", None)
    assert doctor.post(f"/dagbok/oppgave/{logged.pk}/ta-tilbake/").status_code == 422


def test_a_colleagues_entry_and_another_clinics_are_not_there(
    solbakken: Cast, furulund: Cast, logged: Task
) -> None:
    for stranger in (solbakken.second_doctor, furulund.doctor):
        client = logged_in(stranger)
        for verb in ("rett", "ta-tilbake"):
            sent = {"minutes": "5", "version": "1"}
            assert client.post(f"/dagbok/oppgave/{logged.pk}/{verb}/", sent).status_code == 404
        with pytest.raises((PermissionDenied, Task.DoesNotExist)):
            take_back(logged.pk, by=stranger, at=timezone.now())
    logged.refresh_from_db()
    assert (logged.minutes, logged.version) == (20, 1)


def test_what_one_did_of_a_colleagues_is_set_right_by_whoever_did_it(solbakken: Cast, doctor: Client) -> None:
    done = make_task(
        solbakken.clinic, "konsultasjon", assignee=solbakken.second_doctor, state="done",
        done_by=solbakken.doctor, minutes=20, ended_at=timezone.now(),
    )  # fmt: skip
    url, sent = f"/dagbok/oppgave/{done.pk}/rett/", {"minutes": "25", "version": "1"}
    assert logged_in(solbakken.second_doctor).post(url, sent).status_code == 404
    assert doctor.post(url, sent).status_code == 302
    done.refresh_from_db()
    assert done.minutes == 25


@pytest.mark.parametrize("weekday", [0, 9])
def test_nothing_is_told_of_a_day_that_is_none(doctor: Client, weekday: int) -> None:
    sent = {"kind": kind("konsultasjon").pk}
    assert doctor.post(f"/dagbok/{Week.of(today())}/{weekday}/for/", sent).status_code == 404
    assert not Task.objects.exists()


def test_what_was_somebodys_to_do_is_not_taken_back_here_nor_what_is_long_ago(
    solbakken: Cast, logged: Task
) -> None:
    done = make_task(
        solbakken.clinic, "konsultasjon", assignee=solbakken.doctor, state="done", done_by=solbakken.doctor,
        minutes=20, ended_at=timezone.now(),
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="logget"):
        take_back(done.pk, by=solbakken.doctor, at=timezone.now())
    with pytest.raises(NotAllowed, match="forrige uke"):
        take_back(logged.pk, by=solbakken.doctor, at=timezone.now() + 21 * DAY)


def test_the_manager_keeps_no_diary(solbakken: Cast) -> None:
    assert logged_in(solbakken.manager).get("/dagbok/").status_code == 403


# --- what it shows


def test_tasks_done_in_fordel_are_there_without_a_word_of_the_patient(
    solbakken: Cast, doctor: Client
) -> None:
    _url, day = last_week(4)
    make_task(
        solbakken.clinic, "sykmelding", assignee=solbakken.doctor, state="done", done_by=solbakken.doctor, minutes=9,
        ended_at=midnight(day) + dt.timedelta(hours=13), patient=make_patient(solbakken),
    )  # fmt: skip
    page = text_of(doctor.get(f"/dagbok/{Week.of(day)}/?dag=4"))
    assert "12.51–13.00" in page
    assert "Sykmelding" in page
    assert "Lunde" not in page


def test_a_full_week_takes_as_many_queries_as_an_empty_one(solbakken: Cast, doctor: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert doctor.get(f"/dagbok/{Week.of(today()).plus(-1)}/?dag=3").status_code == 200
        return len(captured)

    queries()
    empty = queries()
    _url, day = last_week(3)
    for number in range(60):
        log_work(
            kind("konsultasjon"), by=solbakken.doctor, minutes=5, origin="patient", at=timezone.now(),
            ended_at=midnight(day) + dt.timedelta(minutes=480 + 5 * number),
        )  # fmt: skip
    assert queries() == empty <= 15


def entry(number: int, ends: str, minutes: int, nature: str = "clinical", day: dt.date = MONDAY) -> Entry:
    ended = dt.datetime.combine(day, dt.time.fromisoformat(ends), tzinfo=OSLO)
    return Entry(number, 1, "Noe", nature, [], ended, minutes, "", True)


def test_the_line_goes_from_the_first_to_the_last_work_with_the_hours_at_work_shaded() -> None:
    done = [entry(1, "07:40", 15), entry(2, "18:05", 30)]
    found = diary(Week.of(MONDAY), MONDAY, done, {MONDAY: 450}, today=MONDAY)
    assert [hour for _x, hour in found.line.hours] == [f"{h:02d}" for h in range(7, 19)]
    assert found.line.shade == ("8.33%", "62.50%")
    assert [(b.begins, b.ends, b.x) for b in found.blocks] == [
        ("07.25", "07.40", "3.47%"), ("17.35", "18.05", "88.19%"),
    ]  # fmt: skip


def test_work_at_the_same_time_stands_below_one_another_and_what_follows_on_the_first_lane() -> None:
    done = [entry(1, "10:00", 30), entry(2, "10:00", 10), entry(3, "10:20", 20), entry(4, "11:00", 30)]
    found = diary(Week.of(MONDAY), MONDAY, done, {}, today=MONDAY)
    assert [(b.id, (b.y - TOP) // LANE) for b in found.blocks] == [(1, 0), (2, 1), (3, 0), (4, 0)]


def test_what_began_before_midnight_begins_at_midnight_and_twelve_hours_are_drawn() -> None:
    found = diary(Week.of(MONDAY), MONDAY, [entry(1, "00:30", 60)], {}, today=MONDAY)
    assert (found.blocks[0].begins, found.blocks[0].x) == ("00.00", "0.00%")


def test_sums_by_nature_and_against_the_hours_of_the_day_and_the_week() -> None:
    tuesday = MONDAY + DAY
    done = [
        entry(1, "10:00", 30),
        entry(2, "11:00", 15, "administrative"),
        entry(3, "09:00", 45, "mixed", tuesday),
    ]
    found = diary(Week.of(MONDAY), MONDAY, done, {MONDAY: 450, tuesday: 300}, today=MONDAY)
    assert [(s.nature, s.minutes) for s in found.day_sums.natures] == [
        ("clinical", 30), ("mixed", 0), ("administrative", 15),
    ]  # fmt: skip
    assert (found.day_sums.total, found.day_sums.at_work) == (45, 450)
    assert (found.week_sums.total, found.week_sums.at_work) == (90, 750)
    assert [tab.day.isoweekday() for tab in found.tabs] == [1, 2, 3, 4, 5]


def test_hours_at_work_are_whole_hours_less_absence_and_holidays(solbakken: Cast) -> None:
    week = Week(2026, 53)  # New Year's Eve is half, New Year's Day none
    Absence.objects.create(
        clinic=solbakken.clinic,
        member=solbakken.nurse,
        starts_on=week.monday,
        ends_on=week.monday,
        reason="sick",
    )
    found = hours_at_work(solbakken.nurse, week.days)
    assert [found[day] for day in week.days] == [0, 300, 300, 150, 0, 0, 0]


def test_hours_at_work_are_capacitys_where_nothing_is_booked(solbakken: Cast) -> None:
    christmas = Week(2026, 52).days  # the Eve is half a day
    nurse = solbakken.nurse
    half: dict[str, Any] = {"clinic": solbakken.clinic, "member": nurse, "reason": "leave", "part": "morning"}
    Absence.objects.create(**half, starts_on=christmas[0], ends_on=christmas[4])
    Absence.objects.create(
        **half | {"part": "hours", "minutes": 60}, starts_on=christmas[1], ends_on=christmas[1]
    )
    Absence.objects.create(**half | {"part": "afternoon"}, starts_on=christmas[2], ends_on=christmas[2])
    Member.objects.filter(pk=nurse.pk).update(starts_on=christmas[1], ends_on=christmas[3])
    nurse.refresh_from_db()
    found = hours_at_work(nurse, christmas)
    assert [found[day] for day in christmas] == [0, 90, 0, 75, 0, 0, 0]
    assert {day: n for day, n in found.items() if n} == capacity(christmas)[nurse.pk]


def test_on_the_night_the_clocks_change_work_stands_on_its_own_day(solbakken: Cast, doctor: Client) -> None:
    sunday = dt.date(2026, 10, 25)
    make_task(
        solbakken.clinic, "konsultasjon", assignee=solbakken.doctor, state="done", done_by=solbakken.doctor, minutes=20,
        ended_at=midnight(sunday) + dt.timedelta(hours=23, minutes=30),
    )  # fmt: skip
    found = doctor.get(f"/dagbok/{Week.of(sunday)}/?dag=7").context["diary"]
    assert [tab.day for tab in found.tabs][-1] == sunday
    assert len(found.blocks) == 1
    assert midnight(sunday) < MORNING
