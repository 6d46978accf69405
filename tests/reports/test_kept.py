"""A closed week's page is kept, and is never another reader's, another edition's, or in the way when Valkey is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as Away

from reports.actions.closing import close_weeks
from reports.actions.correcting import correct_weeks
from reports.models import ReportChart, WeeklyReport
from tasks.actions.recording import log_work
from tasks.models import TaskKind
from teams.models import Clinic, Member
from tests.conftest import Cast, logged_in
from tests.reports.conftest import WEEK, at, day

URL = f"/rapporter/{WEEK.year}/{WEEK.number}/"
MONDAY = WEEK.ends_at + dt.timedelta(minutes=10)


@pytest.fixture
def closed(solbakken: Cast) -> Cast:
    Clinic.objects.filter(pk=solbakken.clinic.pk).update(started_on=WEEK.monday, person_reports=True)
    log_work(_kind(), by=solbakken.doctor, minutes=15, origin="internal", at=at(day(WEEK, 5)))
    close_weeks(now=MONDAY)
    _draw()
    return solbakken


def _kind() -> TaskKind:
    return TaskKind.objects.get(slug="okonomi")


def _draw() -> None:
    for report in WeeklyReport.objects.filter(reportcharts=None):
        ReportChart.objects.create(
            clinic=report.clinic, report=report, name="movable", dark=False, svg="<svg/>"
        )


def page(member: Member) -> tuple[str, int]:
    client = logged_in(member)
    with CaptureQueriesContext(connection) as queries:
        text = client.get(URL).content.decode()
    return " ".join(text.replace("\u00a0", " ").split()), len(queries)


def test_the_second_time_hardly_anything_is_asked(closed: Cast) -> None:
    first, many = page(closed.doctor)
    second, few = page(closed.doctor)
    assert few <= many - 10
    assert second == first or len(second) == len(first)  # but for the token of its forms


def test_what_one_may_do_and_see_is_ones_own(closed: Cast) -> None:
    leader, _queries = page(closed.doctor)
    nurse, _queries = page(closed.nurse)
    assert "/bak/forfalt/" in leader
    assert "/bak/forfalt/" not in nurse
    assert closed.secretary.name in leader
    assert closed.secretary.name not in nurse
    assert nurse.count("Per person") >= 1


def test_a_new_edition_is_seen_at_once(closed: Cast) -> None:
    before, _queries = page(closed.nurse)
    tuesday = at(day(WEEK.plus(1), 2), dt.time(0, 10))
    log_work(
        _kind(), by=closed.doctor, minutes=20, origin="internal", at=at(day(WEEK.plus(1), 1)), ended_at=at(day(WEEK, 5))
    )  # fmt: skip
    assert correct_weeks(now=tuesday) == 1
    _draw()
    after, _queries = page(closed.nurse)
    assert "utgave 2" in after
    assert "utgave 2" not in before


def test_without_valkey_the_page_is_made_each_time(closed: Cast, monkeypatch: Any) -> None:
    def away(*_: object, **__: object) -> None:
        raise Away

    monkeypatch.setattr(type(cache._connections["default"]), "get", away)  # type: ignore[attr-defined]
    assert "Uke 10" in page(closed.nurse)[0]
