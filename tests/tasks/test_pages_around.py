"""Around one's own day: why a colleague has no time for tasks."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from teams.calendar import oslo_date, working_day_on_or_after
from teams.models import Absence, WorkingHours
from tests.conftest import Cast, logged_in


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
