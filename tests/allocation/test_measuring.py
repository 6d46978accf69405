"""What is measured is what it is called: the instances, what others do on them, and the figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.allocation import levels_in_order, measure, seeds
from bench.baselines import BASELINES
from bench.instances import SHAPES, instance
from bench.quality import figures
from bench.relaxation import hard_first
from tasks.allocation.checker import breaches
from tasks.allocation.problem import Candidate, Problem, Tie
from tests.allocation.building import FRI, MON, THU, TUE, member, problem, task, told


def demand(found: Problem) -> float:
    hours = sum(sum(m.minutes.values()) for m in found.members)
    return sum(t.minutes for t in found.tasks) / hours


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clinics_week_has_the_shape_on_which_solvers_were_compared(seed: int) -> None:
    found = instance("clinic_week", seed)
    assert (len(found.members), len(found.days), len(found.tasks)) == (12, 5, 900)
    assert 0.95 <= demand(found) <= 1.02
    assert {t.minutes for t in found.tasks} == {5, 10, 15, 20, 25, 30}
    assert 0.5 < sum(t.holder is not None for t in found.tasks) / 900 < 0.7
    assert all(t.earliest in found.days and t.due in found.days for t in found.tasks)
    assert all((t.latest is not None) == t.hard for t in found.tasks)


def test_every_set_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    for name in sorted(SHAPES.keys() - {"growth_25", "growth_50"}):
        assert instance(name, 4) == instance(name, 4)
        assert instance(name, 4) != instance(name, 5)


def test_the_sets_are_what_they_are_called() -> None:
    assert demand(instance("overload", 1)) == pytest.approx(1.3, abs=0.01)
    summer = instance("summer_leave", 1)
    assert sum(len(m.minutes) for m in summer.members) == pytest.approx(0.6 * 12 * 10, abs=5)
    for name, members, tasks in (("growth_12", 12, 900), ("growth_25", 25, 2000), ("growth_50", 50, 5000)):
        grown = instance(name, 1)
        assert (len(grown.members), len(grown.tasks)) == (members, tasks)
        assert 0.95 <= demand(grown) <= 1.02


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("chosen", ["clinic_week", "pilot", "summer_leave"])
def test_what_others_do_keeps_the_same_hard_rules(name: str, chosen: str) -> None:
    found = instance(chosen, 1)
    where = BASELINES[name](found, 1)
    assert where
    assert breaches(found, told(found, where)) == []
    assert BASELINES[name](found, 1) == where


def test_figures_of_a_plan_reckoned_by_hand() -> None:
    nurse, doctor = Candidate(2, 2, "", Tie.USUAL_NURSE), Candidate(1, 10)
    found = problem(
        member(1, "doctor", mon=100), member(2, "nurse", mon=100), member(3, "nurse", mon=50, tue=50, thu=50),
        task(10, 30, doctor, nurse),  # a nurse could, and the patient's own at that
        task(11, 20, doctor, due=MON.replace(day=20)),  # overdue already, and done on the first day
        task(12, 40, nurse, 3, holder=3, planned=MON),  # with the own nurse, moved
        task(13, 30, 3, due=MON),  # late by three days
        task(14, 25, 3, holder=3, planned=TUE, due=FRI),  # where it was
        task(15, 60, 3),  # with nobody
    )  # fmt: skip
    where = {10: (1, MON), 11: (1, MON), 12: (2, MON), 13: (3, THU), 14: (3, TUE)}
    got = figures(found, where, bound=1, seconds=2.5)
    assert got.seconds == 2.5
    assert got.unplaced_minutes == 60
    assert got.late_minutes == 30
    assert got.doctor_minutes == 30
    assert got.moved_minutes == 40
    assert got.continuity == pytest.approx(40 / 70)
    assert got.spread == pytest.approx(40 / 100 - 55 / 150)


def test_the_weights_give_what_level_after_level_gives() -> None:
    """Hard deadlines, lateness, care, continuity, stability, evenness. More instances: bin/bench allocation."""
    found = levels_in_order([("clinic_week", 5)])
    assert found == {"instances": 1, "equal": 1, "differing": []}


def test_weights_that_do_not_are_found() -> None:
    found = hard_first(instance("pilot", 1))
    upside_down = replace(found, levels=found.levels[::-1])
    weighted = upside_down.levels @ upside_down.solve().minutes
    in_order = upside_down.in_order()
    assert in_order[0] < weighted[0] - 1  # evenness alone would leave work undone
    assert sum(in_order) > sum(weighted)


def test_the_measurement_keeps_its_keys() -> None:
    told, broken = measure(2, seed=3, chosen="clinic_week")
    assert broken == []
    keys = {
        "instances",
        "median_gap",
        "worst_gap",
        "median_seconds",
        "median_lp_seconds",
        "time_ratio",
        "baselines",
    }
    assert keys <= told.keys()
    assert told["instances"] == 2
    assert (
        0
        <= told["median_gap"]
        <= told["worst_gap"]
        < min(b["median_gap"] for b in told["baselines"].values())
    )
    assert told["bound_off_lp"] < 1e-6
    assert told["time_ratio"] == pytest.approx(told["median_seconds"] / told["median_lp_seconds"], rel=0.01)


def test_no_two_first_seeds_give_the_same_instances() -> None:
    assert not set(seeds(1, 200)) & set(seeds(2, 200))
