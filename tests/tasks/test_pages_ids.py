"""A number that a machine shall read is written as one: no «1 234» in an id, a value or an address."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from patients.models import Patient
from reports.actions.closing import close_weeks
from reports.models import WeeklyReport
from tasks.actions import proposals
from tasks.actions.programmes import approve_programme, propose_programmes
from tasks.models import AllocationRun, Cause, Programme, Task, TaskKind
from teams.calendar import DAY, Week, oslo_date
from teams.models import Clinic, Member
from tests.conftest import Cast, let_in, logged_in, make_cast, make_clinic
from tests.tasks.conftest import make_patient, make_task

MODELS = (Clinic, Member, Patient, TaskKind, Task, Programme, AllocationRun, WeeklyReport)
PARTED = re.compile(
    r"\s(?:id|for|value|name|href|src|action|max|min|width|(?:hx|data)-[\w-]+|aria-(?:labelledby|describedby))"
    r'="[^"]*\d(?:\s|&nbsp;|&#160;)\d{3}[^"]*"'
)


@pytest.fixture
def large(db: None) -> Cast:
    """A clinic of which every id is above a thousand, and a leader who works at another one too."""
    with connection.cursor() as cursor:
        for model in MODELS:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ALTER id RESTART WITH 5001")
    TaskKind.objects.update(id=F("id") + 5000)
    cast = make_cast("stor", "Stor legekontor")
    other = make_clinic("ovre", "Øvre legekontor")
    let_in(
        Member.objects.create(
            clinic=other, user=cast.doctor.user, name="Hanne Holm", profession="doctor", access="staff",
            starts_on=cast.doctor.starts_on,
        )
    )  # fmt: skip
    return cast


def pages(cast: Cast) -> dict[str, str]:
    """Address and what must be on the page for it to show anything."""
    now = timezone.now()
    today = oslo_date(now)
    window: dict[str, Any] = {"opens_on": today, "due_on": today + 4 * DAY}
    patient = make_patient(cast, icpc2="T90")
    mine = make_task(cast.clinic, "sykmelding", assignee=cast.doctor, patient=patient, version=1234, **window)
    nobodys = make_task(cast.clinic, "okonomi", planned_minutes=20, **window)
    propose_programmes(cast.clinic.pk)
    programme = Programme.objects.get(clinic=cast.clinic, slug="diabetes2")
    approve_programme(programme.pk, by=cast.doctor, at=now)
    run = proposals.propose(cast.clinic.pk, by=cast.doctor, cause=Cause.ASKED, calm=False, now=now)
    proposals.compute(run.pk, cast.clinic.pk, today=today, now=now)
    week = Week.of(today - 7 * DAY)
    close_weeks(now=week.ends_at + dt.timedelta(hours=5), week=week)
    return {
        "/min-dag/": f'id="oppgave-{mine.pk}"',
        f"/oppgave/{mine.pk}/": 'name="version" value="1234"',
        f"/oppgave/{mine.pk}/hvorfor/": "Hanne Holm",
        "/ingen/": f"/oppgave/{nobodys.pk}/",
        f"/oppgaver/ny/?pasient={patient.pk}": 'name="kind"',
        "/pasienter/": f"/pasienter/{patient.pk}/",
        f"/pasienter/?lege={cast.doctor.pk}&program={programme.pk}&plan=mangler": f'value="{programme.pk}" selected',
        "/pasienter/mangler/": f'value="{patient.pk}.{programme.pk}"',
        f"/pasienter/{patient.pk}/": f"/oppgave/{mine.pk}/",
        f"/pasienter/{patient.pk}/hendelser/": f"/pasienter/{patient.pk}/hendelser/?slag=planer",
        f"/pasienter/{patient.pk}/rett/": f"/pasienter/{patient.pk}/gatt/moved_on/",
        f"/pasienter/{patient.pk}/utskrivning/": f"/pasienter/{patient.pk}/",
        f"/pasienter/{patient.pk}/innsyn/": "Hanne Holm",
        f"/pasienter/{patient.pk}/planer/{programme.pk}/start/": f"/programmer/{programme.pk}/",
        "/programmer/": f"/programmer/{programme.pk}/",
        f"/programmer/{programme.pk}/": f'name="program" value="{programme.pk}"',
        "/rapporter/": f"/rapporter/{week.year}/{week.number}/",
        f"/rapporter/{week.year}/{week.number}/": "Kapasitet per yrke",
        "/fordeling/": f"/fordeling/{run.pk}/",
        f"/fordeling/{run.pk}/": f'id="o-{nobodys.pk}"',
        "/team/": "Nina Nes",
    }


def test_no_id_on_any_page_is_parted(large: Cast) -> None:
    client = logged_in(large.doctor)
    for url, shows in pages(large).items():
        answer = client.get(url)
        assert answer.status_code == 200, url
        text = answer.content.decode()
        assert shows in text, (url, shows)
        assert not PARTED.findall(text), (url, PARTED.findall(text))


def test_the_places_and_the_work_to_log_can_be_chosen(large: Cast) -> None:
    """Sent back as the page has them, they are understood."""
    client = logged_in(large.doctor)
    text = client.get("/min-dag/").content.decode()
    kinds = re.findall(r'name="kind" value="([^"]*)"', text)
    assert kinds
    assert client.post("/min-dag/logg/", {"kind": kinds[0]}).status_code == 302
    assert Task.objects.get().kind_id == int(kinds[0])
    places = re.findall(r'<option value="(\d+)" ', text)
    assert {int(place) for place in places} == set(
        Member.objects.filter(user=large.doctor.user).values_list("pk", flat=True)
    )
