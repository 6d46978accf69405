"""Around one's own day: why a colleague has no time for tasks, and which deadlines are not near but broken."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from tasks.models import Task
from teams.calendar import DAY, oslo_date, working_day_on_or_after
from teams.models import Absence, WorkingHours
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_task


@pytest.mark.parametrize(
    ("booked", "part", "works", "word"),
    [
        (0, "whole", True, "borte"), (0, "whole", False, "borte"), (0, "", False, "fri"),
        (300, "", True, "satt av til annet"), (300, "morning", True, "satt av til annet"),
    ],
)  # fmt: skip
def test_without_time_for_tasks_the_team_panel_says_why(
    solbakken: Cast, furulund: Cast, booked: int, part: str, works: bool, word: str
) -> None:
    day = working_day_on_or_after(oslo_date(timezone.now()))
    hours = WorkingHours.objects.filter(member=solbakken.secretary)
    hours.update(booked_minutes=booked)
    if not works:
        hours.delete()
    for member in (solbakken.secretary, furulund.secretary) if part else ():
        Absence.objects.create(
            clinic=member.clinic, member=member, starts_on=day, ends_on=day, reason="sick", part=part
        )
    page = logged_in(solbakken.nurse).get("/min-dag/teamet/").content.decode()
    (cell,) = re.findall(r'Siri Sand.*?<td class="n">(.*?)</td>', page, re.DOTALL)
    assert cell == f'<span class="muted">{word}</span>'
    assert "sick" not in page


def hard(cast: Cast, name: str, **fields: Any) -> Task:
    return make_task(cast.clinic, "sarstell", name=name, hard=True, escalated=2, **fields)


@pytest.mark.parametrize(
    ("due", "closes", "color", "words"),
    [
        (-3, -2, "danger", "Fristen er brutt, 2 dager"), (-1, None, "danger", "Fristen er brutt, 1 dag"),
        (-3, 4, "danger", "3 dager over"), (-1, 0, "danger", "Siste dag"), (0, None, "danger", "Siste dag"),
    ],
)  # fmt: skip
def test_a_hard_deadline_is_broken_after_its_last_day_and_not_before(
    solbakken: Cast, due: int, closes: int | None, color: str, words: str
) -> None:
    today = oslo_date(timezone.now())
    last = today + closes * DAY if closes is not None else None
    task = hard(solbakken, "Sår", assignee=solbakken.nurse, due_on=today + due * DAY, closes_on=last)
    page = logged_in(solbakken.nurse).get(f"/oppgave/{task.pk}/").content.decode()
    assert f'<span class="ds-tag" data-color="{color}" data-size="sm">{words}</span>' in page
    assert ("Fristen er brutt: oppgaven kan ikke utsettes." in page) == ("brutt" in words)


def test_what_is_broken_stands_first_under_words_of_its_own(solbakken: Cast) -> None:
    today = oslo_date(timezone.now())
    hard(solbakken, "Nær", assignee=solbakken.second_doctor, due_on=today - DAY, closes_on=today + DAY)
    nurse = logged_in(solbakken.nurse)
    page = nurse.get("/min-dag/").content.decode()
    assert "Kan glippe hos andre" in page
    assert "Fristen er brutt hos andre" not in page
    hard(solbakken, "Gått", assignee=solbakken.second_doctor, due_on=today - DAY)
    page = nurse.get("/min-dag/").content.decode()
    places = [page.index(words) for words in ("er brutt hos andre", "Gått", "Kan glippe hos andre", "Nær")]
    assert places == sorted(places)
