"""The problem and the plan as JSON: they come back as they went, and what is wrong is told with its place."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given

from tasks.allocation import solve
from tasks.allocation.document import read_plan, read_problem, write_plan, write_problem
from tasks.allocation.problem import Candidate, MemberDays, Problem, Tie
from tasks.allocation.reading import Faulty
from tasks.allocation.weights import DEFAULT
from tests.allocation.building import MON, WED, problems, task

SMALL = Path(__file__).parent / "data" / "small.json"


@given(problems())
def test_a_problem_comes_back_as_it_went(found: Problem) -> None:
    known = {m.id for m in found.members}
    if all(t.minutes and known >= {c.member_id for c in t.candidates} for t in found.tasks):
        assert read_problem(write_problem(found)) == found


def test_a_plan_comes_back_as_it_went() -> None:
    plan = solve(read_problem(SMALL.read_text()))
    assert plan.placements
    assert plan.unplaced
    assert read_plan(write_plan(plan)) == plan


def test_what_is_not_said_is_as_usual() -> None:
    found = read_problem(SMALL.read_text())
    signature, preparation = found.tasks[0], found.tasks[1]
    assert found.weights == DEFAULT
    assert signature.earliest == MON  # the first of the days
    assert signature.candidates == (Candidate(1, 10, "profession", Tie.LIST_DOCTOR),)  # a doctor's step
    assert [c.level for c in preparation.candidates] == [0, 2]
    assert (preparation.hard, preparation.pinned, preparation.holder, preparation.latest) == (
        False,
        False,
        None,
        None,
    )


def test_weights_may_be_given_in_part() -> None:
    document = {**json.loads(SMALL.read_text()), "weights": {"tie": 7}}
    weights = read_problem(json.dumps(document)).weights
    assert (weights.tie, weights.level) == (7, DEFAULT.level)


def faulty(change: dict[str, Any]) -> str:
    """What is said of the small instance when the value at a path is another: `{"tasks.3.minutes": 0}`."""
    document = json.loads(SMALL.read_text())
    for path, value in change.items():
        *way, last = path.split(".")
        at: Any = document
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at[step]
        if value is ...:
            del at[last]
        else:
            at[int(last) if isinstance(at, list) else last] = value
    with pytest.raises(Faulty) as caught:
        read_problem(json.dumps(document))
    return str(caught.value)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"tasks.3.minutes": 0}, "tasks[3].minutes: must be a whole number of minutes, 1 or more"),
    ({"tasks.3.minutes": 2.5}, "tasks[3].minutes: must be a whole number of minutes, 1 or more"),
    ({"tasks.3.minutes": True}, "tasks[3].minutes: must be a whole number of minutes, 1 or more"),
    ({"tasks.3.minutes": ...}, "tasks[3].minutes: is missing"),
    ({"tasks.3.urgent": True}, "tasks[3].urgent: is not a key here; there are id, minutes, candidates, earliest,"),
    ({"tasks.3.due": "23.11.2026"}, "tasks[3].due: must be a date such as 2026-11-23"),
    ({"tasks.3.due": 20261123}, "tasks[3].due: must be a date such as 2026-11-23"),
    ({"tasks.3.hard": "yes"}, "tasks[3].hard: must be true or false"),
    ({"tasks.3.id": 10}, "tasks[3].id: 10 stands here already"),
    ({"tasks.3": 13}, "tasks[3]: must be an object"),
    ({"tasks": {}}, "tasks: must be a list"),
    ({"tasks.3.candidates": None}, "tasks[3].candidates: must be a list"),
    ({"tasks.3.candidates.0.member": 9}, "tasks[3].candidates[0].member: no member has id 9"),
    ({"tasks.3.candidates.1.member": 2}, "tasks[3].candidates[1].member: 2 stands here already"),
    ({"tasks.3.candidates.0.level": -1}, "tasks[3].candidates[0].level: must be a whole number, 0 or more"),
    ({"tasks.3.candidates.0.tie": "friend"}, "tasks[3].candidates[0].tie: must be one of list_doctor, usual_nurse, cover"),
    ({"members.1.profession": "vet"}, "tasks[1].candidates[1].level: is needed: the member's profession is not on the"),
    ({"tasks.5.holder": ...}, "tasks[5].pinned: needs a holder to be pinned to"),
    ({"tasks.5.planned": ...}, "tasks[5].pinned_day: needs pinned, and planned for the day"),
    ({"tasks.1.after": 10}, "tasks[0].after: the task would come after itself"),
    ({"tasks.1.after": 11}, "tasks[1].after: the task would come after itself"),
    ({"days.1": "2026-11-23"}, "days[1]: must be later than the day before it in the list"),
    ({"days": ...}, "days: is missing"),
    ({"members.0.minutes": 60}, "members[0].minutes: must be an object from date to minutes"),
    ({"members.0.minutes.monday": 60}, "members[0].minutes.monday: must be a date such as 2026-11-23"),
    ({"members.0.minutes.2026-11-28": 60}, "members[0].minutes.2026-11-28: is not one of the days"),
    ({"members.0.minutes.2026-11-23": -1}, "members[0].minutes.2026-11-23: must be a whole number of minutes, 0 or more"),
    ({"members.1.id": 1}, "members[1].id: 1 stands here already"),
    ({"members.1.profession": 3}, "members[1].profession: must be a text"),
    ({"weights": {"luck": 1}}, "weights.luck: is not a key here; there are hard, late,"),
    ({"weights": {"tie": None}}, "weights.tie: must be a whole number, 0 or more"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), FAULTS)
def test_every_fault_is_told_with_its_place(change: dict[str, Any], expected: str) -> None:
    assert faulty(change).startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "line 1, column 1: is not JSON"),
        ('{"days": [],\n "days": []}', "days: is given twice in one object"),
        ("[]", "document: must be an object"),
        ("[" * 100_000, "document: is nested too deeply"),
        ('{"days": [], "members": [], "tasks": NaN}', "tasks: must be a list"),
    ],
)
def test_what_is_no_document_is_refused(text: str, expected: str) -> None:
    with pytest.raises(Faulty) as caught:
        read_problem(text)
    assert str(caught.value).startswith(expected)


def test_a_preparation_that_is_not_in_the_document_counts_as_done() -> None:
    found = Problem((MON, WED), (), (task(1, 10, after=99),))
    assert read_problem(write_problem(found)).tasks[0].after == 99


# --- the command


def test_the_command_shares_out_an_instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "result.json"
    call_command("allocate", str(SMALL), "--out", str(out), "--check")
    plan = read_plan(out.read_text())
    assert plan == solve(read_problem(SMALL.read_text()))
    assert f"{len(plan.placements)} oppgaver fordelt, {len(plan.unplaced)} ikke" in capsys.readouterr().err
    call_command("allocate", str(SMALL))
    assert read_plan(capsys.readouterr().out) == plan


@pytest.mark.parametrize("text", ['{"days": []}', "\xff"])
def test_the_command_refuses_what_it_cannot_read(tmp_path: Path, text: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="latin-1")
    with pytest.raises(CommandError, match=r"bad\.json: ") as caught:
        call_command("allocate", str(bad))
    assert caught.value.returncode == 2


def test_the_command_says_when_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file") as caught:
        call_command("allocate", str(tmp_path / "none.json"))
    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"minutes": 10**19}, "tasks[0].minutes: must be a whole number of minutes, 10000 or less"),
        ({"due": "20261123"}, "tasks[0].due: must be a date such as 2026-11-23"),
        ({"due": "9999-12-31"}, "tasks[0].due: must be a date such as 2026-11-23"),
        ({"patient": 10**30}, "tasks[0].patient: must be a whole number, 9007199254740992 or less"),
        (
            {"candidates": [{"member": 1, "ground": "\ud800"}]},
            "tasks[0].candidates[0].ground: must be a text",
        ),
    ],
)
def test_what_would_overflow_is_refused_by_its_place(change: dict[str, object], said: str) -> None:
    document = {
        "days": ["2026-11-23"],
        "members": [{"id": 1, "profession": "nurse", "minutes": {"2026-11-23": 60}}],
        "tasks": [{"id": 5, "minutes": 10, "candidates": [{"member": 1}], **change}],
    }
    with pytest.raises(Faulty) as fault:
        read_problem(json.dumps(document))
    assert str(fault.value) == said


def test_points_that_would_not_add_up_are_refused() -> None:
    """Dates a century apart with the heaviest weights, a thousand times over."""
    weights = replace(DEFAULT, late=10**8, hard=10**8)
    tasks = tuple(
        replace(task(number, 10_000, 1), due=dt.date(1900, 1, 1), earliest=dt.date(1900, 1, 1), hard=True)
        for number in range(1000)
    )
    days = (dt.date(1901, 1, 1), dt.date(2199, 1, 1))
    with pytest.raises(ValueError, match="do not add up"):
        solve(Problem(days, (MemberDays(1, dict.fromkeys(days, 60), "nurse"),), tasks, weights))
