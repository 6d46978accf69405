"""From a number to its tasks: its own permission, logged, never another clinic's; and whether work moved."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from reports.actions.closing import close_weeks
from reports.models import NumberOpened, WeeklyReport
from reports.moved import Done, Since, moved
from tasks.models import Delegation, TaskKind
from teams.calendar import Week
from tests.conftest import Cast, logged_in
from tests.reports.conftest import WEEK, at, day, done, make_patient, make_task

URL = f"/rapporter/{WEEK.year}/{WEEK.number}/"
BEHIND = f"{URL}bak/leger/"


@pytest.fixture
def closed(solbakken: Cast) -> WeeklyReport:
    patient = make_patient(solbakken.doctor)
    done(solbakken.doctor, "telefonsporsmal", 95, patient=patient)
    done(solbakken.doctor, "nav_legeerkl", 25, origin="nav")
    done(solbakken.nurse, "sarstell", 30)
    make_task(solbakken.doctor, due_on=day(WEEK, 2), patient=patient)
    close_weeks(now=WEEK.ends_at, week=WEEK)
    report: WeeklyReport = WeeklyReport.objects.get(clinic=solbakken.clinic)
    return report


def test_the_tasks_behind_a_number_are_shown_without_names_and_logged(
    solbakken: Cast, closed: WeeklyReport
) -> None:
    assert BEHIND in logged_in(solbakken.doctor).get(URL).content.decode()
    kind = TaskKind.objects.get(slug="telefonsporsmal")
    text = logged_in(solbakken.doctor).get(f"{BEHIND}?type={kind.pk}").content.decode()
    assert text.count("Telefonhenvendelse") >= 1
    assert "Prøve" not in text  # the patient's name is behind the task, where opening it is logged too
    late = logged_in(solbakken.doctor).get(f"{URL}bak/forfalt/").content.decode()
    assert "1 oppgave" in late
    rows = NumberOpened.objects.order_by("id").values_list("what", "kind", "by", "tasks")
    assert list(rows) == [
        ("leger", kind.pk, solbakken.doctor.pk, 1),
        ("forfalt", None, solbakken.doctor.pk, 1),
    ]


def test_only_a_leader_sees_behind_and_nothing_is_logged_of_who_may_not(
    solbakken: Cast, closed: WeeklyReport
) -> None:
    for member in (solbakken.nurse, solbakken.manager, solbakken.second_doctor):
        assert logged_in(member).get(BEHIND).status_code == 403
        assert BEHIND not in logged_in(member).get(URL).content.decode()
    assert not NumberOpened.objects.exists()


@pytest.mark.parametrize(
    "url", ["bak/pasienter/", "bak/leger/?type=99999", "bak/leger/?type=x", "bak/leger/?foer=x"]
)
def test_what_is_not_there_is_not_found(solbakken: Cast, closed: WeeklyReport, url: str) -> None:
    assert logged_in(solbakken.doctor).get(URL + url).status_code == 404


def test_another_clinics_tasks_are_never_behind_a_number(
    solbakken: Cast, furulund: Cast, closed: WeeklyReport
) -> None:
    done(furulund.doctor, "okonomi", 5)
    theirs = logged_in(furulund.doctor).get(BEHIND).content.decode()
    assert "Telefonhenvendelse" not in theirs
    ours = logged_in(solbakken.doctor).get(BEHIND).content.decode()
    assert "Telefonhenvendelse" in ours
    assert "Helfo" not in ours


def test_the_log_is_append_only(solbakken: Cast, closed: WeeklyReport) -> None:
    logged_in(solbakken.doctor).get(BEHIND)
    for statement in ("UPDATE reports_numberopened SET tasks = 0", "DELETE FROM reports_numberopened"):
        with (
            pytest.raises((InternalError, IntegrityError, ProgrammingError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_before_and_since_the_first_delegation(solbakken: Cast) -> None:
    kind = TaskKind.objects.get(slug="hjemmebesok")
    first = Week(2026, 20)
    since = Since(kind, first.monday + dt.timedelta(days=2), 1, 1)
    weeks = [first.plus(n) for n in range(-14, 3)]
    rows = [
        Done(first.plus(-13), kind.pk, "doctor", 999),  # longer ago than is compared with
        Done(first.plus(-12), kind.pk, "doctor", 60),
        Done(first.plus(-1), kind.pk, "nurse", 12),
        Done(first, kind.pk, "nurse", 30),
        Done(first.plus(2), kind.pk, "doctor", 15),
    ]
    (found,) = moved([since], weeks, rows)
    assert (found.before.weeks, found.before.doctors, found.before.others) == (12, 60, 12)
    assert (found.after.weeks, found.after.doctors, found.after.others) == (3, 15, 30)
    assert (found.before.doctors_a_week, found.after.others_a_week) == (5, 10)
    assert [(share, after) for _place, share, after in found.bars] == [
        (0, False),
        (100, False),
        (100, True),
        (0, True),
    ]


def test_the_page_shows_what_has_been_delegated(solbakken: Cast, closed: WeeklyReport) -> None:
    page = logged_in(solbakken.manager)
    assert "Ingenting er delegert ennå" in page.get("/rapporter/flyttet/").content.decode()
    kind = TaskKind.objects.get(slug="hjemmebesok")
    Delegation.objects.create(
        clinic=solbakken.clinic, doctor=solbakken.doctor, member=solbakken.nurse, kind=kind, instruction="Slik.",
        starts_on=WEEK.monday, signed_at=at(WEEK.monday),
    )  # fmt: skip
    text = page.get("/rapporter/flyttet/").content.decode()
    assert "Hjemmebesøk" in text
    assert "1 lege, til 1 medarbeider" in " ".join(text.split())
