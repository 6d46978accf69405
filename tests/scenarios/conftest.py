"""A clinic in the database for scenarios to be read from, and one that has been worked out."""

from __future__ import annotations

import datetime as dt

import pytest

from scenarios import actions
from scenarios.changes import Away, Change
from scenarios.models import Scenario
from teams.calendar import DAY
from teams.models import Member
from tests.conftest import Cast
from tests.reports.conftest import at_once as at_once  # noqa: PLC0414  # the fixture
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task


def made(by: Member, *changes: Change, weeks: int = 4, at: dt.datetime = MORNING) -> Scenario:
    told = changes or (Away(by.pk, MONDAY, MONDAY + 18 * DAY),)
    return actions.make(by=by, name="Tre uker borte", weeks=weeks, changes=told, at=at)


def worked_out(scenario: Scenario, at: dt.datetime = MORNING) -> Scenario:
    """As the worker does it."""
    actions.work_out(scenario.pk, scenario.clinic_id, now=at)
    scenario.refresh_from_db()
    return scenario


@pytest.fixture
def work(solbakken: Cast) -> Cast:
    """Some open tasks, that came today: a doctor's, a nurse's, and one that anybody may do."""
    patient = make_patient(solbakken)
    for kind in ("ekonsultasjon", "sarstell", "telefonsporsmal"):
        make_task(solbakken.clinic, kind, patient=patient, opened_at=MORNING)
    return solbakken
