"""A patient's story: nothing left out, nothing told twice, whatever tables it comes from."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from patients.models import Discharge, Encounter, Patient, PatientChange
from tasks.actions import closing, doing, undoing
from tasks.models import FollowUpPlan, PlanEvent, Programme, TaskEvent
from tasks.presenters.timeline import TABS, lines
from tasks.queries.timeline import PAGE, timeline
from tasks.timeline import SHOWN, Kind, Place, parse_place
from teams.calendar import DAY
from tests.conftest import Cast
from tests.tasks.conftest import MORNING, make_patient, make_task

NOW = MORNING + dt.timedelta(days=1)


@given(st.timedeltas(-10_000 * DAY, 10_000 * DAY), st.sampled_from(Kind), st.integers(0, 2**63 - 1))
def test_a_place_survives_being_an_address(apart: dt.timedelta, kind: Kind, number: int) -> None:
    place = Place(MORNING + apart, kind, number)
    assert parse_place(place.key) == place


@pytest.mark.parametrize("key", ["", "x", "1.a", "1.a.x", "1.z.1", f"{10**40}.a.1"])
def test_what_is_no_place_is_none(key: str) -> None:
    assert parse_place(key) is None


def test_every_kind_can_be_chosen_and_has_a_name() -> None:
    assert set(TABS) == set(SHOWN)
    assert set().union(*(SHOWN[key] for key in SHOWN if key)) == set(Kind) == SHOWN[""]


def stories(cast: Cast, patient: Patient, count: int) -> None:
    """Things of every kind, many of them at the very same moment."""
    chance = random.Random(7)
    moments = [MORNING - dt.timedelta(hours=n) for n in range(5)]
    programme, _new = Programme.objects.get_or_create(
        clinic=cast.clinic, slug="x", defaults={"name": "Diabetes", "certainty": "general"}
    )
    plan, _new = FollowUpPlan.objects.get_or_create(
        clinic=cast.clinic, patient=patient, programme=programme, starts_on=MORNING.date()
    )
    for n in range(count):
        at = chance.choice(moments)
        make_task(
            cast.clinic, "sarstell", patient=patient, state="done", done_by=cast.nurse, minutes=5, ended_at=at,
            plan_step=None,
        )  # fmt: skip
        common = {"clinic": cast.clinic, "patient": patient}
        Encounter.objects.create(**common, source_id=f"{patient.pk}-{n}", act_class="AMB", starts_at=at)
        PatientChange.objects.create(**common, field="home_care", after="1", by=cast.nurse, at=at)
        Discharge.objects.create(
            **common, discharged_on=at.date() - dt.timedelta(days=n), by=cast.doctor, at=at
        )
        PlanEvent.objects.create(clinic=cast.clinic, plan=plan, verb="stop", by=cast.nurse, at=at)


def places(patient: Patient, cast: Cast, kinds: frozenset[Kind] = SHOWN[""]) -> list[Place]:
    """All of the story, page by page."""
    found, after = [], None
    while True:
        page = timeline(patient, by=cast.nurse, now=NOW, kinds=kinds, after=after)
        found += [place for place, _row in page.found]
        if page.after is None:
            return found
        assert len(page.found) == PAGE
        after = parse_place(page.after.key)


@pytest.mark.parametrize("key", list(SHOWN))
def test_page_after_page_everything_is_told_once_and_in_order(solbakken: Cast, key: str) -> None:
    patient, other = make_patient(solbakken), make_patient(solbakken)
    stories(solbakken, patient, 14)
    stories(solbakken, other, 2)
    found = places(patient, solbakken, SHOWN[key])
    expected = 14 * len(SHOWN[key] - {Kind.ATTEMPT})
    assert len(found) == len(set(found)) == expected
    assert found == sorted(found, key=lambda p: (-p.at.timestamp(), p.kind, -p.number))
    assert {place.kind for place in found} == SHOWN[key] - {Kind.ATTEMPT}


def test_another_clinics_member_reads_nothing(solbakken: Cast, furulund: Cast) -> None:
    patient = make_patient(solbakken)
    stories(solbakken, patient, 2)
    assert timeline(patient, by=furulund.nurse, now=NOW, kinds=SHOWN[""]).found == []


def test_the_story_takes_nine_queries_however_long_it_is(solbakken: Cast) -> None:
    patient = make_patient(solbakken)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            lines(timeline(patient, by=solbakken.nurse, now=NOW, kinds=SHOWN[""]).found)
        return len(captured)

    stories(solbakken, patient, 2)
    few = queries()
    stories(solbakken, make_patient(solbakken), 3)
    assert queries() == few <= 9


def test_a_contact_that_is_ahead_has_not_happened(solbakken: Cast) -> None:
    patient = make_patient(solbakken)
    Encounter.objects.create(
        clinic=solbakken.clinic, patient=patient, source_id="1", starts_at=NOW + dt.timedelta(hours=1)
    )
    assert timeline(patient, by=solbakken.nurse, now=NOW, kinds=SHOWN[""]).found == []


def test_what_was_done_by_whom_and_what_was_not(solbakken: Cast) -> None:
    patient, nurse = make_patient(solbakken), solbakken.nurse
    done = make_task(solbakken.clinic, "sarstell", name="Sår", patient=patient, assignee=nurse)
    doing.complete(done.pk, by=nurse, minutes=25, at=MORNING)
    not_done = make_task(solbakken.clinic, "sarstell", name="Bandasje", patient=patient, assignee=nurse)
    closing.cancel(not_done.pk, by=solbakken.doctor, reason="Grodd", at=MORNING + dt.timedelta(minutes=1))
    last, first = lines(timeline(patient, by=nurse, now=NOW, kinds=SHOWN[""]).found)
    assert (first.what, first.who, first.tag, first.details[0]) == ("Sår", "Nina Nes", "", "25 min")
    assert (last.what, last.who, last.tag, last.reason) == (
        "Bandasje", "Hanne Holm", "ikke lenger nødvendig", "Grodd",
    )  # fmt: skip


def test_an_attempt_is_told_of_until_it_is_taken_back(solbakken: Cast) -> None:
    patient, nurse = make_patient(solbakken), solbakken.nurse
    task = make_task(solbakken.clinic, "rutinekontroll", name="Kontroll", patient=patient, assignee=nurse)
    for minutes in (0, 1):
        at = MORNING + dt.timedelta(minutes=minutes)
        closing.attempt(task.pk, by=nurse, channel="phone", note=f"svarer ikke {minutes}", at=at)
    undoing.undo(task.pk, by=nurse, at=MORNING + dt.timedelta(minutes=2))
    (line,) = lines(timeline(patient, by=nurse, now=NOW, kinds=SHOWN["oppgaver"]).found)
    assert (line.what, line.tag, line.who, line.reason) == (
        "Kontroll",
        "ikke nådd",
        "Nina Nes",
        "svarer ikke 0",
    )
    assert TaskEvent.objects.filter(verb="attempt").count() == 2
