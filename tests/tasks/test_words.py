"""Everything that the sharing out can decide has words, and the words say what a colleague would nod at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pytest
from django.utils.functional import Promise

from tasks.allocation.problem import Obstacle, Rule, WhyNot
from tasks.eligibility import KindRule
from tasks.models import Cause
from tasks.presenters import words
from tasks.presenters.sharing import CAUSES, chosen, gap_words, left_groups
from tasks.presenters.words import Person, against_others, day_words, reason, short_names
from tasks.refusals import Delegated, MayNot, refusal
from tasks.sharings import LeftRow
from teams.models import Member

MONDAY = dt.date(2026, 11, 23)
WEDNESDAY = dt.date(2026, 11, 25)
NINA = Person("Nina Nes", "nurse")
ME = Person("Nina Nes", "nurse", you=True)
NAMES = {1: "Kari", 2: "Amir", 3: "Siri", 4: "Jon"}


@pytest.mark.parametrize(
    ("texts", "enum"),
    [
        (words.RULES, Rule), (words.WHY_NOT, WhyNot), (words.WHY_NOT_ALONE, WhyNot), (words.OBSTACLES, Obstacle),
        (words.ADVICE, Obstacle), (words.MAY_NOT, MayNot), (words.MAY_NOT_SHORT, MayNot), (CAUSES, Cause),
    ],
)  # fmt: skip
def test_nothing_can_be_decided_without_words_for_it(
    texts: Mapping[StrEnum, Promise], enum: type[StrEnum]
) -> None:
    assert set(texts) == set(enum)
    said = [str(text) for text in texts.values()]
    assert all(said)
    assert len(set(said)) == len(said), "two reasons in the same words tell nobody which"


@pytest.mark.parametrize("rule", [*Rule, "handed_on"])
@pytest.mark.parametrize("person", [NINA, ME, Person("Kari Holm")])
@pytest.mark.parametrize(
    "day", [None, MONDAY, MONDAY + dt.timedelta(days=1), WEDNESDAY, dt.date(2026, 12, 3)]
)
def test_every_rule_is_one_whole_sentence(rule: str, person: Person, day: dt.date | None) -> None:
    text = reason({"rule": rule, "by": "Kari Holm"}, person, day=day, today=MONDAY)
    assert text[0].isupper()
    assert text.endswith(".")
    assert "%" not in text


@pytest.mark.parametrize("obstacle", Obstacle)
def test_every_obstacle_is_one_whole_sentence(obstacle: Obstacle) -> None:
    text = reason({"obstacle": str(obstacle)}, Person(""), day=None, today=MONDAY)
    assert text == str(words.OBSTACLES[obstacle])
    assert text.endswith(".")


def test_what_was_decided_before_these_words_says_nothing_rather_than_something_wrong() -> None:
    assert reason({}, ME, day=None, today=MONDAY) == ""
    assert reason({"rule": "holder"}, Person(""), day=None, today=MONDAY) == ""
    assert reason({"rule": "of long ago"}, ME, day=None, today=MONDAY) == ""
    assert against_others({"others": [[1, "of long ago", 0, 0], [99, "full", 0, 0]]}, NAMES) == ""


def test_two_sentences_that_a_sceptical_nurse_nods_at() -> None:
    why = {"rule": "usual_nurse", "others": [[1, "later", 300, 400]]}
    told = f"{reason(why, ME, day=WEDNESDAY, today=MONDAY)} {against_others(why, NAMES)}"
    assert told == (
        "Du er fast sykepleier for pasienten og har tid onsdag. "
        "Kari kunne også, men har ikke plass så tidlig."
    )


def test_a_leader_reads_the_same_of_the_nurse_by_name() -> None:
    text = reason({"rule": "only_room"}, NINA, day=MONDAY, today=MONDAY)
    assert text == "Bare Nina Nes har tid til den i tide: i dag."


@pytest.mark.parametrize(
    ("others", "text"),
    [
        ([], ""),
        ([[1, "full", 0, 0], [2, "full", 0, 0]], "Kari og Amir kunne også, men har ikke plass i tide."),
        (
            [[1, "away", 0, 0], [2, "away", 0, 0], [3, "away", 0, 0], [4, "away", 0, 0]],
            "Kari, Amir og 2 til kunne også, men er borte.",
        ),
        (
            [[1, "level", 0, 0], [2, "loaded", 0, 0]],
            "Amir kunne også, men har mer å gjøre, og Kari er på et høyere nivå enn den trenger.",
        ),
    ],
)
def test_the_others_are_named_by_what_stood_against_them(others: list[list[Any]], text: str) -> None:
    assert against_others({"others": others}, NAMES) == text


def test_every_reason_has_its_place_among_those_told() -> None:
    assert sorted(words.TOLD_FIRST) == sorted(WhyNot)


def test_days_are_said_as_people_say_them() -> None:
    said = [day_words(MONDAY + dt.timedelta(days=n), MONDAY) for n in (0, 1, 2, 9)]
    assert said == ["i dag", "i morgen", "onsdag", "onsdag 2. desember"]


def test_two_of_the_same_first_name_are_told_apart() -> None:
    members = [
        Member(pk=1, name="Kari Holm"),
        Member(pk=2, name="Kari Lie"),
        Member(pk=3, name="Amir Aune"),
    ]
    assert short_names(members) == {1: "Kari Holm", 2: "Kari Lie", 3: "Amir"}


RULE = KindRule(frozenset({"doctor"}), frozenset({"nurse"}))
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], MayNot.NOT_DELEGATED),
        ([Delegated(7, MONDAY, None, None)], None),
        ([Delegated(7, MONDAY - DAY, MONDAY, None)], None),
        ([Delegated(7, MONDAY - DAY, MONDAY - DAY, None)], MayNot.EXPIRED),
        ([Delegated(7, MONDAY + DAY, None, None)], MayNot.NOT_YET),
        ([Delegated(7, MONDAY - DAY, None, MONDAY)], MayNot.REVOKED),
        ([Delegated(8, MONDAY, None, None)], MayNot.OTHER_DOCTOR),
        ([Delegated(8, MONDAY, None, None), Delegated(7, MONDAY - DAY, None, MONDAY)], MayNot.REVOKED),
    ],
)
def test_what_is_missing_of_a_delegation_is_said(given: list[Delegated], why: MayNot | None) -> None:
    found = refusal(RULE, profession="nurse", list_doctor_id=7, delegations=given, forbidden=False, on=MONDAY)
    assert (found.why if found else None) == why


def test_a_leaders_no_comes_before_the_law_and_the_law_before_the_list() -> None:
    def of(profession: str, doctor: int | None, forbidden: bool = False) -> MayNot | None:
        found = refusal(
            RULE, profession=profession, list_doctor_id=doctor, delegations=[], forbidden=forbidden, on=MONDAY
        )
        return found.why if found else None

    assert of("secretary", 7) == MayNot.PROFESSION
    assert of("nurse", None) == MayNot.NO_LIST_DOCTOR
    assert of("doctor", 7) is None
    assert of("doctor", 7, forbidden=True) == MayNot.FORBIDDEN


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (None, "ukjent hvor nær det beste"),
        (0.0, "så bra som det er mulig"),
        (0.0004, "så bra som det er mulig"),
        (0.00086, "høyst 0,1\u00a0% fra det beste som er mulig"),
        (0.0042, "høyst 0,4\u00a0% fra det beste som er mulig"),
        (0.031, "høyst 3,1\u00a0% fra det beste som er mulig"),
    ],
)
def test_how_good_it_is_in_words(gap: float | None, text: str) -> None:
    assert gap_words(gap) == text


def test_what_was_too_many_to_show_goes_with_its_group() -> None:
    changes = [(1, 5), (2, 5), (3, 5), (4, 6), (5, 0)]
    assert chosen(changes, groups={5, 6, 0}, shown={1, 2, 4, 5}, ticked={1, 4, 5}) == {1, 3, 4, 5}
    assert chosen(changes, groups={6}, shown={1, 2, 4, 5}, ticked={1, 2, 4, 5}) == {4}
    assert chosen(changes, groups=set(), shown={1}, ticked={1}) == set()


def test_the_reason_that_holds_a_hard_deadline_back_stands_first() -> None:
    today = dt.date(2026, 11, 23)
    rows = {n: LeftRow(n, "Kontroll", None, None, None, None, 10, today, hard=n == 3) for n in (1, 2, 3)}
    left = [(3, "pinned_away"), (1, "nobody_has_time"), (2, "nobody_has_time")]
    groups = left_groups(left, rows, today=today)
    assert [group.text for group in groups] == [
        str(words.OBSTACLES[Obstacle.PINNED_AWAY]), str(words.OBSTACLES[Obstacle.NOBODY_HAS_TIME]),
    ]  # fmt: skip
