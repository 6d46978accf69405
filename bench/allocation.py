"""The sharing out, measured: `bin/bench allocation --clinics 200 --seed 7 [--set NAME|all] [--json]`.

Per instance (bench/instances.py): the whole `solve(problem)`, from dataclasses to plan, on one thread of one
process; HiGHS's call for the linear relaxation of the same instance and objective, its matrices ready; how far
the plan is from the bound, and whether the bound is HiGHS's; the checker over the plan; and what random,
fewest-open, round-robin and greedy sharing give on the same instance. Then the other sets, growth, levels one
after another against weighted levels, and two processes side by side for all clinics of the country.

Left out of the times: one solve to warm up (a worker loads and compiles once), and building the instances.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import ground
from bench.baselines import BASELINES
from bench.instances import SHAPES, instance
from bench.quality import Figures, figures, together
from bench.relaxation import METHODS, hard_first, relax
from bench.side_by_side import LIMIT, seconds_on_two
from tasks.allocation import solve
from tasks.allocation.checker import breaches
from tasks.allocation.problem import Plan, Problem

ALL_CLINICS = 1550
MAIN = "clinic_week"
GROWTH = {
    "growth_12": 8,
    "growth_25": 4,
    "growth_50": 1,
}  # instances at most: HiGHS takes minutes on the largest
OTHERS = tuple(name for name in SHAPES if name != MAIN and name not in GROWTH)
MOST_BREACHES = 20  # shown
BOTH_METHODS = (
    5  # instances of a set on which both of HiGHS's methods are timed; the faster then stands for it
)


@dataclass(slots=True)
class Measured:
    """Of one set, instance by instance."""

    name: str
    ours: list[Figures] = field(default_factory=list)
    others: dict[str, list[Figures]] = field(default_factory=lambda: {name: [] for name in BASELINES})
    lp: dict[str, list[float]] = field(default_factory=lambda: {method: [] for method in METHODS})
    off: list[float] = field(
        default_factory=list
    )  # the bound above HiGHS's optimum (days that cannot be filled), as a share
    broken: list[str] = field(default_factory=list)

    def add(self, seed: int) -> None:
        """One more instance."""
        problem = instance(self.name, seed)
        started = time.perf_counter()
        plan = solve(problem)
        seconds = time.perf_counter() - started
        self.broken += [f"{self.name} {seed}: {breach}" for breach in breaches(problem, plan)]
        bound = plan.objective.bound
        where = {p.task_id: (p.member_id, p.day) for p in plan.placements}
        self.ours.append(figures(problem, where, bound=bound, seconds=seconds))
        self._compare(problem, plan, seed)
        for name, share in BASELINES.items():
            started = time.perf_counter()
            theirs = share(problem, seed)
            seconds = time.perf_counter() - started
            self.others[name].append(figures(problem, theirs, bound=bound, seconds=seconds))

    def _compare(self, problem: Problem, plan: Plan, seed: int) -> None:
        """HiGHS on the relaxation of the same instance."""
        relaxation = relax(problem)
        both = len(self.ours) <= BOTH_METHODS
        for method in METHODS if both else (self.faster,):
            answer = relaxation.solve(method)
            self.lp[method].append(answer.seconds)
        bound = plan.objective.bound
        self.off.append(abs(answer.least - bound) / max(1.0, abs(answer.least)))

    @property
    def faster(self) -> str:
        return min(METHODS, key=lambda method: statistics.median(self.lp[method][:BOTH_METHODS]))

    def told(self) -> dict[str, Any]:
        """The figures of the set."""
        found = together(self.ours)
        lp = statistics.median(self.lp[self.faster])
        return {
            **found,
            "median_lp_seconds": round(lp, 4),
            "time_ratio": round(found["median_seconds"] / lp, 3),
            "lp_method": self.faster,
            "lp_methods": {m: round(statistics.median(self.lp[m][:BOTH_METHODS]), 4) for m in METHODS},
            "bound_off_lp": float(f"{max(self.off):.1e}"),
            "breaches": len(self.broken),
            "baselines": {name: together(theirs) for name, theirs in self.others.items()},
        }


def measure_set(name: str, seeds: Iterable[int]) -> Measured:
    """Every instance of these seeds."""
    measured = Measured(name)
    for seed in seeds:
        measured.add(seed)
    return measured


def seeds(first: int, number: int) -> list[int]:
    """So many seeds that no other first seed gives."""
    return [first * 100_000 + each for each in range(number)]


def levels_in_order(samples: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Do the weights give what level after level gives? On the relaxation, by HiGHS; hard deadlines before the rest."""
    differing = []
    for name, seed in samples:
        relaxation = hard_first(instance(name, seed))
        weighted = relaxation.levels @ relaxation.solve().minutes
        in_order = relaxation.in_order()
        differing += [
            {"set": name, "seed": seed, "level": level, "weighted": round(float(w)), "in_order": round(least)}
            for level, w, least in zip(("hard", 1, 2, 3, 4, 5), weighted, in_order, strict=True)
            if abs(w - least) > 1e-6 * abs(least) + 1
        ]
    unlike = len({(each["set"], each["seed"]) for each in differing})
    return {"instances": len(samples), "equal": len(samples) - unlike, "differing": differing}


def measure(clinics: int, *, seed: int, chosen: str = "all") -> tuple[dict[str, Any], list[str]]:
    """The figures that `tell` prints, and every breach that the checker found."""
    main = MAIN if chosen == "all" else chosen
    solve(instance(main, seed))
    measured = [measure_set(main, seeds(seed, clinics))]
    told = {"set": main, **measured[0].told()}
    if chosen == "all":
        few = max(3, min(20, clinics // 10))
        sets = [measure_set(name, seeds(seed, few)) for name in OTHERS]
        growth = [measure_set(name, seeds(seed, min(few, most))) for name, most in GROWTH.items()]
        samples = [(MAIN, each) for each in seeds(seed, max(2, few // 2))]
        samples += [(name, each) for name in OTHERS for each in seeds(seed, max(1, few // 10))]
        on_two = seconds_on_two(MAIN, seeds(seed, clinics))
        told |= {
            "sets": {each.name: each.told() for each in sets},
            "growth": {each.name: each.told() for each in growth},
            "lexicographic": levels_in_order(samples),
            "two_processes_seconds": round(on_two, 2),
            "all_clinics_seconds": round(on_two * ALL_CLINICS / clinics, 1),
            "all_clinics": f"{clinics} clinics on two processes, at most {LIMIT:g} s each, scaled to {ALL_CLINICS}",
        }
        measured += [*sets, *growth]
    return told, [breach for each in measured for breach in each.broken]


COLUMNS = {
    "instances": "instances",
    "median_gap": "gap",
    "worst_gap": "worst",
    "median_seconds": "seconds",
    "time_ratio": "of HiGHS's",
    "unplaced_minutes": "unplaced",
    "late_minutes": "late",
    "doctor_minutes_others_may_do": "doctors'",
    "spread_of_utilisation": "spread",
    "continuity": "continuity",
    "moved_minutes": "moved",
}


def _table(told: dict[str, Any]) -> Iterator[str]:
    """The same figures for people: a line a set and method."""
    yield f"{'':<30}" + "".join(f"{title:>11}" for title in COLUMNS.values())
    sets = {told["set"]: told, **told.get("sets", {}), **told.get("growth", {})}
    for name, ours in sets.items():
        yield f"{name:<30}" + "".join(f"{_cell(key, ours.get(key)):>11}" for key in COLUMNS)
        for method, theirs in ours["baselines"].items():
            yield f"  {method:<28}" + "".join(f"{_cell(key, theirs.get(key)):>11}" for key in COLUMNS)
    for key in (
        "lp_methods",
        "bound_off_lp",
        "breaches",
        "lexicographic",
        "all_clinics",
        "all_clinics_seconds",
    ):
        if key in told:
            yield f"{key}: {told[key]}"


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return ""
    if key in ("median_gap", "worst_gap", "spread_of_utilisation", "continuity"):
        return f"{value:.2%}" if value < 10 else f"{value:.0%}"
    return f"{value:g}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bench allocation", description="The sharing out, against its bound."
    )
    parser.add_argument("--clinics", type=int, default=50, help="instances of the main set (default 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", dest="chosen", choices=["all", *SHAPES], default="all")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--picture", metavar="FILE.svg", type=Path, help="draw gap against time here")
    asked = parser.parse_args()
    if asked.clinics < 1:
        parser.error("--clinics must be 1 or more")
    told, broken = measure(asked.clinics, seed=asked.seed, chosen=asked.chosen)
    if asked.json:
        ground.tell(told, as_json=True)
    else:
        print("\n".join(_table(told)))
    if asked.picture:
        from bench.picture import draw

        asked.picture.write_text(draw(told), encoding="utf-8")
    if broken:
        sys.exit("\n".join([*broken[:MOST_BREACHES], f"{len(broken)} breaches of a rule"]))


if __name__ == "__main__":
    main()
