"""The pure parts: a believable list, a calendar that agrees with the product's own, logins behind DEMO."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command

from demo.logins import LOGINS, logins
from demo.patients import Followed, Lists, Maker
from demo.people import FURULUND, SOLBAKKEN, Cast
from demo.roster import Roster
from demo.rows import TABLES, Ids
from demo.story import Story
from demo.workload import ARRIVING, LOGGED, season
from tasks.catalogue import kinds, programmes
from teams.calendar import DAY, OSLO

TODAY = dt.date(2026, 11, 21)


def roster(cast: Cast = SOLBAKKEN, today: dt.date = TODAY) -> Roster:
    return Roster(cast, 1, {}, today, random.Random(3), Ids(dict.fromkeys(TABLES.values(), 1)))


@pytest.fixture(scope="module")
def lists() -> Lists:
    return Maker(roster(), random.Random(3), Ids(dict.fromkeys(TABLES.values(), 1))).make(4000)


def share(patients: list[Followed], *codes: str) -> float:
    return sum(any(code in p.codes for code in codes) for p in patients) / len(patients)


def test_prevalences_are_those_of_an_ordinary_list(lists: Lists) -> None:
    adults = [p for p in lists.patients if p.age >= 18]
    assert 0.74 < len(adults) / 4000 < 0.84
    bounds = {
        ("T90",): (0.04, 0.065), ("K86", "K87"): (0.16, 0.24), ("K74", "K75", "K76"): (0.015, 0.06),
        ("R95",): (0.02, 0.05), ("R96",): (0.035, 0.07), ("K78",): (0.02, 0.045), ("K77",): (0.008, 0.03),
        ("U99",): (0.025, 0.06), ("T86",): (0.025, 0.055), ("P70",): (0.006, 0.025), ("P76",): (0.035, 0.075),
        ("L95",): (0.015, 0.045), ("T92",): (0.01, 0.035),
    }  # fmt: skip
    for codes, (low, high) in bounds.items():
        assert low < share(adults, *codes) < high, codes


def test_conditions_rise_with_age_and_go_together(lists: Lists) -> None:
    young = [p for p in lists.patients if 30 <= p.age < 50]
    old = [p for p in lists.patients if p.age >= 70]
    assert share(old, "K86", "K87") > 4 * share(young, "K86", "K87")
    diabetic = [p for p in lists.patients if "T90" in p.codes]
    same_age = [p for p in lists.patients if p.age >= 55 and "T90" not in p.codes]
    assert share(diabetic, "U99") > share(same_age, "U99")
    many_drugs = sum(len(p.drugs) >= 4 for p in old) / len(old)
    assert 0.3 < many_drugs < 0.8


def test_few_died_few_moved_and_lists_are_uneven(lists: Lists) -> None:
    rows = [p.row for p in lists.patients]
    assert 0.005 < sum(r.deceased_on is not None for r in rows) / 4000 < 0.018
    assert 0.01 < sum(r.moved_on is not None for r in rows) / 4000 < 0.04
    sizes = Counter(r.list_doctor_id for r in rows)
    assert len(sizes) == 4
    assert max(sizes.values()) > 1.25 * min(sizes.values())
    assert all(r.deceased_on is None or r.deceased_on > r.birth_date for r in rows)


def test_every_condition_belongs_to_some_programme(lists: Lists) -> None:
    followed = {code for p in programmes() for code in p["icpc2"]}
    assert {row.icpc2 for row in lists.conditions} <= followed


@pytest.mark.parametrize("cast", [SOLBAKKEN, FURULUND], ids=["solbakken", "furulund"])
def test_capacity_is_believable(cast: Cast) -> None:
    here = roster(cast)
    tuesday = dt.date(2026, 9, 15)
    expected = {"doctor": (50, 150), "nurse": (160, 330), "secretary": (100, 300)}
    for member in here.members:
        if minutes := here.capacity(member.id, tuesday):
            low, high = expected[member.profession]
            assert low <= minutes <= high, member.name


def test_july_holidays_leave_somebody_of_each_profession() -> None:
    here = roster()
    july = [dt.date(2026, 7, 1) + n * DAY for n in range(31)]
    for profession in ("doctor", "nurse", "secretary"):
        for day in july:
            # Jon Dahl works Monday, Wednesday and Thursday: alone among nurses only on those days.
            if day.isoweekday() in (1, 3, 4):
                there = [
                    m.name
                    for m in here.members
                    if m.profession == profession and here.capacity(m.id, day)
                    and not ((a := here.away(m.id, day)) and a.reason != "sick")
                ]  # fmt: skip
                assert there, (profession, day)


def test_absences_of_one_member_never_overlap() -> None:
    for today in (TODAY, dt.date(2026, 7, 15), dt.date(2027, 1, 1), dt.date(2026, 4, 2)):
        rows = sorted(roster(today=today).absences, key=lambda r: (r.member_id, r.starts_on))
        for one, following in pairwise(rows):
            assert one.member_id != following.member_id or one.ends_on < following.starts_on


def test_every_flow_is_of_a_kind_in_the_catalogue_that_its_people_may_do() -> None:
    catalogue = {kind["slug"]: kind for kind in kinds()}
    for flow in (*ARRIVING, *LOGGED):
        kind = catalogue[flow.kind]
        assert all(profession in kind["professions"] for profession, _ in flow.log), flow.kind
        assert not flow.back or kind["return_rule"], flow.kind
        assert not flow.doctor or {"doctor"} < set(kind["professions"]), flow.kind


def test_seasons_swing() -> None:
    assert season("even", dt.date(2026, 7, 10)) < season("even", dt.date(2026, 9, 10)) == 1
    assert season("flu", dt.date(2026, 2, 3)) > 1.3
    assert season("vaccine", dt.date(2026, 10, 20)) > 3 * season("vaccine", dt.date(2026, 5, 20))


def test_a_story_cut_short_is_the_task_of_that_moment() -> None:
    at = dt.datetime(2026, 11, 18, 9, tzinfo=OSLO)
    story = Story(kind_id=1, name="x", origin="patient", minutes=5, opens_on=at.date())
    story.open(at, 7)
    story.assign(at + DAY, 8, at.date() + DAY, 6, {"rule": "only_one"})
    story.complete(at + 2 * DAY, 8, 9, None)
    with pytest.raises(ValueError, match="is before"):
        story.cancel(at, 8, "too late", "not_needed")
    done = story.task_row(1, 1)
    assert (done.state, done.done_by_id, done.minutes, done.planned_minutes, done.version) == (
        "done",
        8,
        9,
        6,
        3,
    )
    story.until(at + 2 * DAY)
    held = story.task_row(1, 1)
    assert (held.state, held.assignee_id, held.minutes, held.ended_at) == ("assigned", 8, None, None)


@pytest.mark.parametrize("on", [True, False])
def test_logins_are_only_told_in_the_demo(settings: Any, on: bool) -> None:
    settings.DEMO = on
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert len(out.getvalue().splitlines()) == (1 if on else 0)
    assert logins() == (LOGINS if on else ())
