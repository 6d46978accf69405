"""What could really have moved: counted by hand, against brute force, and the three changes."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.actions.advising import advise
from reports.actions.closing import close_weeks
from reports.models import Bucket, Change, MovableLine, MoveLine, Step, Stop, WeeklyReport
from reports.transport import Moved, Piece, move, suggest
from teams.models import WorkingHours
from tests.conftest import Cast, logged_in
from tests.reports.conftest import WEEK, done, make_patient

MOVABLE, PREPARABLE, DELEGABLE = Bucket.MOVABLE, Bucket.PREPARABLE, Bucket.DELEGABLE


def told(moved: list[Moved]) -> list[tuple[dict[str, int], int, str]]:
    return [(each.to, each.rest, each.stop) for each in moved]


def test_the_lowest_sufficient_level_takes_it_and_the_rest_says_what_stopped_it() -> None:
    pieces = [
        Piece(1, MOVABLE, 60, ("secretary", "nurse")),
        Piece(2, MOVABLE, 50, ("nurse",)),
        Piece(3, PREPARABLE, 20, ("psychologist",)),
        Piece(4, DELEGABLE, 0, ("nurse",), if_delegated=40, delegable_to=("nurse",)),
    ]
    assert told(move(pieces, {"secretary": 45, "nurse": 55})) == [
        ({"secretary": 45, "nurse": 5}, 10, Stop.TIME),
        ({"nurse": 50}, 0, ""),
        ({}, 20, Stop.NOBODY),
        ({}, 40, Stop.DELEGATION),
    ]


def test_room_goes_to_whom_nobody_else_can_help() -> None:
    """The nurse's hour goes to what only nurses may do, although the other stands first."""
    pieces = [Piece(1, MOVABLE, 60, ("secretary", "nurse")), Piece(2, MOVABLE, 60, ("nurse",))]
    assert told(move(pieces, {"secretary": 60, "nurse": 60})) == [
        ({"secretary": 60}, 0, ""),
        ({"nurse": 60}, 0, ""),
    ]


@settings(max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sets(st.sampled_from(["secretary", "nurse"]))), max_size=4),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_no_way_of_moving_moves_more(wants: list[tuple[int, set[str]]], secretary: int, nurse: int) -> None:
    pieces = [Piece(n, MOVABLE, minutes, tuple(takers)) for n, (minutes, takers) in enumerate(wants)]
    found = move(pieces, {"secretary": secretary, "nurse": nurse})
    for each in found:
        assert set(each.to) <= set(each.piece.takers)
        assert each.minutes + each.rest == each.piece.minutes
    used: Counter[str] = Counter()
    for each in found:
        used.update(each.to)
    assert used["secretary"] <= secretary
    assert used["nurse"] <= nurse
    assert sum(used.values()) == _most(wants, secretary, nurse)


def _most(wants: list[tuple[int, set[str]]], secretary: int, nurse: int) -> int:
    """By trying every split of every piece."""
    best = 0
    for split in itertools.product(*(range(minutes + 1) for minutes, _takers in wants)):
        to_secretary = sum(n for n, (_m, takers) in zip(split, wants, strict=True) if "secretary" in takers)
        to_nurse = sum(m - n for n, (m, takers) in zip(split, wants, strict=True) if "nurse" in takers)
        best = max(best, min(to_secretary, secretary) + min(to_nurse, nurse))
    return best


def test_a_delegation_counts_only_with_what_there_was_time_for() -> None:
    pieces = [
        Piece(1, MOVABLE, 50, ("nurse",)),
        Piece(2, DELEGABLE, 0, ("nurse",), if_delegated=40, delegable_to=("nurse",)),
    ]
    found = suggest(pieces, {"nurse": 60}, {3: 30})
    assert [(each.step, each.kind, each.profession, each.minutes) for each in found] == [
        (Step.HAND_OVER, 1, "nurse", 50),
        (Step.RETURN, 3, "", 30),
        (Step.DELEGATE, 2, "nurse", 10),
    ]
    assert suggest(pieces, {"nurse": 0}, {}) == []


def test_what_can_be_prepared_is_not_counted_twice_when_it_is_delegated() -> None:
    piece = Piece(1, PREPARABLE, 30, ("nurse",), if_delegated=45, instead=30, delegable_to=("nurse",))
    found = suggest([piece], {"nurse": 100}, {})
    assert [(each.step, each.minutes) for each in found] == [(Step.PREPARE, 30), (Step.DELEGATE, 15)]


@pytest.fixture
def advised(solbakken: Cast) -> WeeklyReport:
    """The nurse had five hours for tasks and used half an hour; the secretary had none left."""
    WorkingHours.objects.filter(member=solbakken.secretary).update(booked_minutes=300)
    done(solbakken.doctor, "telefonsporsmal", 95)
    done(solbakken.doctor, "pasreise_sykehus", 8, origin="hospital", sender="Medisinsk poliklinikk")
    done(solbakken.doctor, "hjemmebesok", 60, patient=make_patient(solbakken.doctor))
    done(solbakken.nurse, "sarstell", 30)
    close_weeks(now=WEEK.ends_at, week=WEEK)
    advise()
    return WeeklyReport.objects.get(clinic=solbakken.clinic)


def test_every_report_gets_its_lines_once(advised: WeeklyReport) -> None:
    lines = MoveLine.objects.filter(report=advised)
    assert {(x.bucket, x.kind.slug): (x.moved, x.rest, x.stop) for x in lines} == {
        ("movable", "telefonsporsmal"): ({"nurse": 95}, 0, ""),
        ("returnable", "pasreise_sykehus"): ({}, 8, ""),
        ("delegable", "hjemmebesok"): ({}, 60, "delegation"),
    }
    changes = Change.objects.filter(report=advised)
    assert [(x.place, x.step, x.kind.slug, x.profession, x.minutes) for x in changes] == [
        (1, "hand_over", "telefonsporsmal", "nurse", 95),
        (2, "delegate", "hjemmebesok", "nurse", 60),
        (3, "return", "pasreise_sykehus", "", 8),
    ]
    assert MovableLine.objects.filter(report=advised).count() == 3
    assert advise() == 0


def test_each_change_has_the_door_to_its_draft(advised: WeeklyReport, solbakken: Cast) -> None:
    text = logged_in(solbakken.doctor).get(f"/rapporter/{WEEK.year}/{WEEK.number}/").content.decode()
    start = text.index('<ol class="suggested">')
    box = text[start : text.index("</ol>", start)].replace("&amp;", "&")
    address = box.split('href="')[1].split('"')[0]
    assert address.startswith("/delegeringer/ny/?lege=")
    form = logged_in(solbakken.doctor).get(address)
    assert form.status_code == 200
    assert f'value="{solbakken.nurse.pk}"' in form.content.decode()
    address = box.split('href="')[2].split('"')[0]
    letter = logged_in(solbakken.doctor).get(address).content.decode().replace("\u00a0", " ")
    assert "Medisinsk poliklinikk: 1 · 8 min" in letter
    assert "Pasientreise til og fra sykehus".lower() in letter


def test_a_manager_who_does_no_tasks_is_not_asked_to_draft(advised: WeeklyReport, solbakken: Cast) -> None:
    text = logged_in(solbakken.manager).get(f"/rapporter/{WEEK.year}/{WEEK.number}/").content.decode()
    assert "/delegeringer/ny/" not in text
