"""How good a plan is, in figures that do not depend on how it was found; and many plans' figures as one."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.allocation.problem import Problem, TaskToPlace
from tasks.allocation.recount import recount

Where = Mapping[int, tuple[int, dt.date]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one plan. `gap` to the bound (0.01 is one per cent); shares between 0 and 1."""

    seconds: float
    gap: float
    unplaced_minutes: int  # with nobody, whatever their due date
    late_minutes: int  # placed after the due date, though there was an earlier day
    doctor_minutes: int  # doctors' minutes on what somebody else may do
    spread: float  # of utilisation: most loaded less least loaded, in the profession where that is largest
    continuity: float  # of the placed minutes that somebody with a tie could have had, those that one has
    moved_minutes: int  # with another person or on another day than yesterday


def figures(problem: Problem, where: Where, *, bound: int, seconds: float) -> Figures:
    """Measure a plan of the problem: `where[task] = (member, day)`."""
    cost = sum(recount(problem, where))
    placed = [(task, *where[task.id]) for task in problem.tasks if task.id in where]
    doctors = {m.id for m in problem.members if m.profession == "doctor"}
    known = [(t, m) for t, m, _ in placed if any(c.tie for c in t.candidates)]
    return Figures(
        seconds=seconds,
        gap=(cost - bound) / bound if bound else float(cost > 0),
        unplaced_minutes=sum(t.minutes for t in problem.tasks if t.id not in where),
        late_minutes=sum(t.minutes for t, _, day in placed if t.due and day > max(t.due, t.earliest, problem.days[0])),
        doctor_minutes=sum(
            t.minutes for t, m, _ in placed if m in doctors and any(c.member_id not in doctors for c in t.candidates)
        ),
        spread=_spread(problem, placed),
        continuity=_share(
            sum(t.minutes for t, m in known if any(c.tie for c in t.candidates if c.member_id == m)),
            sum(t.minutes for t, _ in known),
        ),
        moved_minutes=sum(t.minutes for t, m, day in placed if _moved(t, m, day)),
    )  # fmt: skip


def _moved(task: TaskToPlace, member: int, day: dt.date) -> bool:
    return task.holder is not None and (member != task.holder or task.planned not in (None, day))


def _spread(problem: Problem, placed: Sequence[tuple[TaskToPlace, int, dt.date]]) -> float:
    load: Counter[int] = Counter()
    for task, member, _ in placed:
        load[member] += task.minutes
    used = defaultdict(list)
    for each in problem.members:
        if own := sum(each.minutes.get(day, 0) for day in problem.days):
            used[each.profession].append(load[each.id] / own)
    return max((max(shares) - min(shares) for shares in used.values()), default=0.0)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def together(found: Sequence[Figures]) -> dict[str, Any]:
    """Medians over the instances; of gap and time also the worst."""
    if not found:
        return {"instances": 0}
    return {
        "instances": len(found),
        "median_gap": _median([f.gap for f in found], 5),
        "worst_gap": round(max(f.gap for f in found), 5),
        "median_seconds": _median([f.seconds for f in found], 4),
        "worst_seconds": round(max(f.seconds for f in found), 4),
        "unplaced_minutes": _median([f.unplaced_minutes for f in found], 1),
        "late_minutes": _median([f.late_minutes for f in found], 1),
        "doctor_minutes_others_may_do": _median([f.doctor_minutes for f in found], 1),
        "spread_of_utilisation": _median([f.spread for f in found], 4),
        "continuity": _median([f.continuity for f in found], 4),
        "moved_minutes": _median([f.moved_minutes for f in found], 1),
    }


def _median(values: Sequence[float], digits: int) -> float:
    return round(statistics.median(values), digits)
