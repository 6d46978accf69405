"""A problem and a plan as JSON documents, for whoever has an instance and no clinic. See docs/allocation.md.

What cannot be understood is refused with the place and what should stand there:
`tasks[3].minutes: must be a whole number of minutes, 1 or more`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from itertools import pairwise
from typing import Any

from tasks.allocation.problem import (
    Candidate,
    MemberDays,
    Objective,
    Obstacle,
    Other,
    Placement,
    Plan,
    Problem,
    Rule,
    TaskToPlace,
    Tie,
    Unplaced,
    WhyNot,
)
from tasks.allocation.reading import Faulty, Node, parse
from tasks.allocation.weights import DEFAULT, LADDER, Weights

MOST_PLACES = 50_000_000  # 8 bytes each while solving
LEVELS = ("lateness", "level_of_care", "continuity", "stability", "fairness")
Document = dict[str, Any]


def read_problem(text: str) -> Problem:
    """The problem of a JSON text. Raises Faulty."""
    top = parse(text)
    parts = top.parts("days", "members", "tasks", optional=("weights",))
    days = _days(parts["days"])
    members = parts["members"].each(lambda node: _member(node, days))
    _refuse_twins(parts["members"], [m.id for m in members])
    ladder = {m.id: LADDER.get(m.profession) for m in members}
    tasks = parts["tasks"].each(lambda node: _task(node, days, ladder))
    _refuse_twins(parts["tasks"], [t.id for t in tasks])
    _refuse_rings(parts["tasks"], tasks)
    if len(tasks) * len(members) * len(days) > MOST_PLACES:
        raise Faulty(f"document: tasks × members × days must be {MOST_PLACES} or less")
    return Problem(days, members, tasks, parts["weights"].maybe(_weights) or DEFAULT)


def write_problem(problem: Problem) -> str:
    """The problem as a JSON text that `read_problem` understands."""
    document: Document = {
        "days": [day.isoformat() for day in problem.days],
        "members": [_member_document(m) for m in problem.members],
        "tasks": [_task_document(t) for t in problem.tasks],
        "weights": asdict(problem.weights),
    }
    return _text(document)


def read_plan(text: str) -> Plan:
    """The plan of a JSON text. Raises Faulty."""
    parts = parse(text).parts("placements", "unplaced", optional=("objective", "stopped_early"))
    return Plan(
        parts["placements"].each(_placement),
        parts["unplaced"].each(_unplaced),
        parts["objective"].maybe(_objective) or Objective(),
        parts["stopped_early"].maybe(Node.flag) or False,
    )


def write_plan(plan: Plan) -> str:
    """The plan as a JSON text: who does what when and why, what is left and why, what it costs."""
    objective = plan.objective
    document: Document = {
        "placements": [_placement_document(p) for p in plan.placements],
        "unplaced": [
            {"task": u.task_id, "obstacle": u.obstacle, "others": _others_document(u.others)}
            for u in plan.unplaced
        ],
        "objective": {
            "levels": dict(zip(LEVELS, objective.levels, strict=True)),
            "cost": objective.cost,
            "bound": objective.bound,
            "gap": objective.gap,
        },
        "stopped_early": plan.stopped_early,
    }
    return _text(document)


def _days(node: Node) -> tuple[dt.date, ...]:
    days = node.each(Node.day)
    for at, (before, after) in enumerate(pairwise(days), start=1):
        if after <= before:
            raise Faulty(f"{node.path}[{at}]: must be later than the day before it in the list")
    return days


def _member(node: Node, days: tuple[dt.date, ...]) -> MemberDays:
    parts = node.parts("id", "minutes", optional=("profession",))
    given = parts["minutes"]
    if not isinstance(given.value, dict):
        given.fault("must be an object from date to minutes")
    minutes = {}
    for key in given.value:
        day = Node(key, given.at(key).path).day()
        if day not in days:
            given.at(key).fault("is not one of the days")
        minutes[day] = given.at(key).minutes(0)
    return MemberDays(parts["id"].whole(), minutes, parts["profession"].maybe(Node.text) or "")


def _task(node: Node, days: tuple[dt.date, ...], ladder: Mapping[int, int | None]) -> TaskToPlace:
    optional = [f.name for f in fields(TaskToPlace) if f.name not in ("id", "minutes", "candidates")]
    parts = node.parts("id", "minutes", "candidates", optional=optional)
    candidates = parts["candidates"].each(lambda each: _candidate(each, ladder))
    _refuse_twins(parts["candidates"], [c.member_id for c in candidates], "member")
    dates = {name: parts[name].maybe(Node.day) for name in ("earliest", "due", "latest", "planned")}
    flags = {name: parts[name].maybe(Node.flag) or False for name in ("hard", "pinned", "pinned_day")}
    numbers = {name: parts[name].maybe(Node.whole) for name in ("holder", "patient", "after")}
    if flags["pinned"] and numbers["holder"] is None:
        parts["pinned"].fault("needs a holder to be pinned to")
    if flags["pinned_day"] and not (flags["pinned"] and dates["planned"]):
        parts["pinned_day"].fault("needs pinned, and planned for the day")
    return TaskToPlace(
        id=parts["id"].whole(),
        minutes=parts["minutes"].minutes(1),
        earliest=dates["earliest"] or (days[0] if days else dt.date.min),
        due=dates["due"],
        latest=dates["latest"],
        hard=flags["hard"],
        candidates=candidates,
        holder=numbers["holder"],
        planned=dates["planned"],
        pinned=flags["pinned"],
        pinned_day=flags["pinned_day"],
        patient=numbers["patient"],
        after=numbers["after"],
    )


def _candidate(node: Node, ladder: Mapping[int, int | None]) -> Candidate:
    parts = node.parts("member", optional=("level", "ground", "tie"))
    member = parts["member"].whole()
    if member not in ladder:
        parts["member"].fault(f"no member has id {member}")
    level = parts["level"].maybe(lambda each: each.whole(least=0, most=1000))
    if level is None:
        level = ladder[member]
    if level is None:
        parts["level"].fault("is needed: the member's profession is not on the ladder")
    tie = parts["tie"].maybe(lambda each: each.word(Tie))
    return Candidate(member, level, parts["ground"].maybe(Node.text) or "", tie)


def _weights(node: Node) -> Weights:
    names = [f.name for f in fields(Weights)]
    parts = node.parts(optional=names)
    given = {name: parts[name].whole(least=0, most=10**8) for name in names if not parts[name].absent}
    return replace(DEFAULT, **given)


def _refuse_twins(node: Node, ids: list[int], key: str = "id") -> None:
    seen: set[int] = set()
    for at, each in enumerate(ids):
        if each in seen:
            raise Faulty(f"{node.path}[{at}].{key}: {each} stands here already")
        seen.add(each)


def _refuse_rings(node: Node, tasks: tuple[TaskToPlace, ...]) -> None:
    """No task after itself, directly or through others."""
    before = {t.id: t.after for t in tasks}
    for at, task in enumerate(tasks):
        seen, step = {task.id}, task.after
        while step is not None and step not in seen:
            seen.add(step)
            step = before.get(step)
        if step == task.id:
            raise Faulty(f"{node.path}[{at}].after: the task would come after itself")


def _placement(node: Node) -> Placement:
    loads = ("load_before", "load_after", "capacity")
    parts = node.parts("task", "member", "day", "rule", *loads, optional=("ground", "others"))
    return Placement(
        task_id=parts["task"].whole(),
        member_id=parts["member"].whole(),
        day=parts["day"].day(),
        rule=parts["rule"].word(Rule),
        ground=parts["ground"].maybe(Node.text) or "",
        load_before=parts["load_before"].minutes(0),
        load_after=parts["load_after"].minutes(0),
        capacity=parts["capacity"].minutes(0),
        others=parts["others"].maybe(_others) or (),
    )


def _unplaced(node: Node) -> Unplaced:
    parts = node.parts("task", "obstacle", optional=("others",))
    others = parts["others"].maybe(_others) or ()
    return Unplaced(parts["task"].whole(), parts["obstacle"].word(Obstacle), others)


def _others(node: Node) -> tuple[Other, ...]:
    return node.each(_other)


def _other(node: Node) -> Other:
    parts = node.parts("member", "why_not", "load", "capacity")
    loads = parts["load"].minutes(0), parts["capacity"].minutes(0)
    return Other(parts["member"].whole(), parts["why_not"].word(WhyNot), *loads)


def _objective(node: Node) -> Objective:
    parts = node.parts("levels", "bound", optional=("cost", "gap"))
    levels = parts["levels"].parts(*LEVELS)
    late, level, continuity, stability, fairness = (levels[name].whole(least=0) for name in LEVELS)
    found = Objective((late, level, continuity, stability, fairness), parts["bound"].whole(least=0))
    if not parts["cost"].absent and parts["cost"].value != found.cost:
        parts["cost"].fault(f"must be the sum of the levels, {found.cost}")
    return found


def _member_document(member: MemberDays) -> Document:
    minutes = {day.isoformat(): minutes for day, minutes in sorted(member.minutes.items())}
    return {"id": member.id, "profession": member.profession, "minutes": minutes}


def _task_document(task: TaskToPlace) -> Document:
    """What is as it would be without saying is not said."""
    said: Document = {"id": task.id, "minutes": task.minutes, "earliest": task.earliest.isoformat()}
    for name in ("due", "latest", "planned"):
        if (day := getattr(task, name)) is not None:
            said[name] = day.isoformat()
    said |= {name: True for name in ("hard", "pinned", "pinned_day") if getattr(task, name)}
    said |= {n: v for n in ("holder", "patient", "after") if (v := getattr(task, n)) is not None}
    said["candidates"] = [_candidate_document(c) for c in task.candidates]
    return said


def _candidate_document(candidate: Candidate) -> Document:
    said: Document = {"member": candidate.member_id, "level": candidate.level}
    if candidate.ground:
        said["ground"] = candidate.ground
    if candidate.tie:
        said["tie"] = candidate.tie
    return said


def _placement_document(placement: Placement) -> Document:
    return {
        "task": placement.task_id,
        "member": placement.member_id,
        "day": placement.day.isoformat(),
        "rule": placement.rule,
        "ground": placement.ground,
        "load_before": placement.load_before,
        "load_after": placement.load_after,
        "capacity": placement.capacity,
        "others": _others_document(placement.others),
    }


def _others_document(others: tuple[Other, ...]) -> list[Document]:
    return [
        {"member": o.member_id, "why_not": o.why_not, "load": o.load, "capacity": o.capacity} for o in others
    ]


def _text(document: Document) -> str:
    """One line a row of the lists: long documents stay readable, and differences show by task."""
    lines = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in value)
            lines.append(f"{json.dumps(key)}: [\n{rows}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
