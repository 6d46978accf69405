"""The sharing out itself: whatever comes in, what goes out is allowed, true, repeatable and near the best."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.instances import SHAPES, instance
from bench.relaxation import relax
from tasks.allocation import costs, solve
from tasks.allocation.checker import breaches
from tasks.allocation.problem import Candidate, MemberDays, Obstacle, Plan, Problem, Rule, Tie, WhyNot
from tests.allocation.building import FRI, MON, THU, TUE, WED, member, problem, problems, task, told

slow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
SECRETARY, NURSE, DOCTOR = 0, 2, 10


def who_and_when(plan: Plan) -> dict[int, tuple[int, dt.date]]:
    return {p.task_id: (p.member_id, p.day) for p in plan.placements}


def obstacles(plan: Plan) -> dict[int, Obstacle]:
    return {u.task_id: u.obstacle for u in plan.unplaced}


# --- whatever comes in


@slow
@given(problems())
def test_every_plan_is_allowed_and_tells_the_truth(found: Problem) -> None:
    assert breaches(found, solve(found)) == []


@slow
@given(problems(), st.randoms(use_true_random=False))
def test_the_same_problem_gives_the_same_plan_in_whatever_order_it_comes(
    found: Problem, chance: random.Random
) -> None:
    def mixed(things: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(chance.sample(things, len(things)))

    plan = solve(found)
    assert solve(found) == plan
    other = replace(
        found,
        members=mixed(found.members),
        tasks=mixed(tuple(replace(t, candidates=mixed(t.candidates)) for t in found.tasks)),
    )
    assert _unordered(solve(other)) == _unordered(plan)


def _unordered(plan: Plan) -> object:
    """All that the plan says, but for the order of its lists."""
    return (
        {replace(p, others=()): frozenset(p.others) for p in plan.placements},
        {replace(u, others=()): frozenset(u.others) for u in plan.unplaced},
        plan.objective,
    )


@slow
@given(problems(most_tasks=4, most_members=2, most_minutes=20))
def test_no_plan_at_all_costs_less_than_the_bound(found: Problem) -> None:
    """Against every plan there is: the bound is below the best, and the plan not below the bound."""
    plan = solve(found)
    places = list(itertools.product([m.id for m in found.members], found.days))
    if (len(places) + 1) ** len(found.tasks) > 20_000:
        return
    best = plan.objective.cost
    for chosen in itertools.product([None, *places], repeat=len(found.tasks)):
        where = {t.id: place for t, place in zip(found.tasks, chosen, strict=True) if place is not None}
        if not breaches(found, told(found, where)):
            best = min(best, sum(costs.levels(found, where)))
    assert plan.objective.bound <= best <= plan.objective.cost


@slow
@given(problems())
def test_the_bound_is_at_least_the_optimum_of_the_relaxation(found: Problem) -> None:
    """Of HiGHS's, built from the checker's reading of the objective. More where days cannot be filled by whole tasks."""
    if found.days and found.tasks:
        least = relax(found).solve().least
        assert solve(found).objective.bound >= least * (1 - 1e-6) - 0.5


def test_the_bound_is_the_optimum_of_the_relaxation_where_days_can_be_filled() -> None:
    found = instance("clinic_week", 6)
    assert solve(found).objective.bound == pytest.approx(relax(found).solve().least, rel=1e-6)


def test_who_has_a_place_keeps_it_when_there_are_too_few() -> None:
    """Losing one's place is dearer than never having had one: equal tasks do not change places night after night."""
    members = tuple(member(who, mon=120, tue=120) for who in (1, 2))
    tasks = tuple(task(number, 50, 1, 2, due=TUE) for number in range(12))
    first = who_and_when(solve(Problem((MON, TUE), members, tasks)))
    held = tuple(
        replace(each, holder=first[each.id][0], planned=first[each.id][1]) if each.id in first else each
        for each in tasks
    )
    assert who_and_when(solve(Problem((MON, TUE), members, held))) == first


def test_one_who_had_a_place_and_one_who_had_none_do_not_weigh_the_same() -> None:
    """Same window, one day for one of the two: whoever had it keeps it, in whichever order they are looked at."""
    for had in (1, 2):
        tasks = tuple(
            task(
                number,
                50,
                1,
                due=MON,
                holder=1 if number == had else None,
                planned=MON if number == had else None,
            )
            for number in (1, 2)
        )
        plan = solve(Problem((MON,), (member(1, mon=60),), tasks))
        assert list(who_and_when(plan)) == [had]
        assert plan.objective.bound <= plan.objective.cost == sum(plan.objective.levels)
        assert plan.objective.gap == 0


def test_the_bound_knows_that_whole_tasks_do_not_fill_every_day() -> None:
    """Two of 50 minutes fill 100 of 120: four of the twelve tasks are left over in the best plan, and the bound says so."""
    members = tuple(member(who, mon=120, tue=120) for who in (1, 2))
    tasks = tuple(task(number, 50, 1, 2, due=TUE) for number in range(12))
    found = Problem((MON, TUE), members, tasks)
    plan = solve(found)
    assert len(plan.unplaced) == 4
    assert plan.objective.gap == 0


# --- near the best, on clinics as they are


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_a_clinics_week_is_within_three_per_cent_of_the_best_possible(seed: int) -> None:
    found = instance("clinic_week", seed)
    plan = solve(found)
    assert breaches(found, plan) == []
    assert 0 < plan.objective.bound <= plan.objective.cost
    assert plan.objective.gap <= 0.03


@pytest.mark.parametrize("name", [name for name in SHAPES if name not in ("growth_25", "growth_50")])
def test_every_named_set_is_shared_out_by_the_rules(name: str) -> None:
    found = instance(name, 1)
    assert breaches(found, solve(found)) == []


def test_stopped_at_once_it_still_gives_an_allowed_plan_with_its_gap() -> None:
    found = instance("clinic_week", 1)
    plan = solve(found, stop=lambda: True)
    assert plan.stopped_early
    assert breaches(found, plan) == []
    assert plan.objective.bound <= plan.objective.cost
    assert not solve(found, stop=lambda: False).stopped_early


# --- the edges of the world


def test_nothing_to_do() -> None:
    assert solve(problem(member(1, mon=60))) == Plan((), ())


@pytest.mark.parametrize(
    ("found", "obstacle"),
    [
        (problem(task(1, 10, 5)), Obstacle.NOBODY_THERE),
        (problem(member(5), task(1, 10, 5)), Obstacle.NOBODY_THERE),
        (problem(member(5, mon=0, tue=0), task(1, 10, 5)), Obstacle.NOBODY_THERE),
        (problem(member(5, mon=60), task(1, 10, 5), days=()), Obstacle.NOBODY_THERE),
        (problem(member(5, mon=60), task(1, 10, 5, earliest=TUE)), Obstacle.NOBODY_THERE),
        (problem(member(5, mon=60), task(1, 10, 5, latest=MON, earliest=TUE)), Obstacle.NOBODY_THERE),
        (problem(member(5, mon=60), task(1, 10)), Obstacle.NOBODY_MAY),
        (problem(member(5, mon=60, tue=40), task(1, 61, 5)), Obstacle.TOO_LONG),
        (
            problem(member(5), member(6, mon=60), task(1, 10, 5, 6, holder=5, pinned=True)),
            Obstacle.PINNED_AWAY,
        ),
    ],
)
def test_what_nobody_can_do_is_left_with_its_reason(found: Problem, obstacle: Obstacle) -> None:
    plan = solve(found)
    assert obstacles(plan) == {1: obstacle}
    assert breaches(found, plan) == []


def test_everyone_excluded_from_everything() -> None:
    found = problem(member(1, mon=60), member(2, mon=60), *(task(n, 10) for n in range(10, 60)))
    assert set(obstacles(solve(found)).values()) == {Obstacle.NOBODY_MAY}


def test_a_thousand_equal_tasks_fill_everybodys_time_evenly() -> None:
    nurses = [member(n, mon=200, tue=200, wed=200, thu=200, fri=200) for n in (1, 2, 3, 4)]
    found = problem(*nurses, *(task(n, 5, 1, 2, 3, 4, due=FRI) for n in range(100, 1100)))
    plan = solve(found)
    assert breaches(found, plan) == []
    assert len(plan.placements) == 800  # 4 × 5 × 200 minutes, and each takes five
    assert set(obstacles(plan).values()) == {Obstacle.NOBODY_HAS_TIME}
    assert Counter(p.member_id for p in plan.placements) == {1: 200, 2: 200, 3: 200, 4: 200}


def test_two_equals_share_equally() -> None:
    found = problem(
        member(1, mon=100, tue=100), member(2, mon=100, tue=100), *(task(n, 10, 1, 2) for n in range(10, 20))
    )
    loads = Counter(p.member_id for p in solve(found).placements)
    assert loads == {1: 5, 2: 5}


# --- the order of what matters


def by(id: int, level: int, tie: Tie | None = None) -> Candidate:
    return Candidate(id, level, "profession", tie)


def test_lateness_before_level_of_care() -> None:
    """The only secretary has no room before it is due; a doctor has."""
    found = problem(
        member(1, "secretary", fri=60), member(2, "doctor", mon=60), task(9, 20, by(1, 0), by(2, 10), due=WED)
    )
    assert who_and_when(solve(found)) == {9: (2, MON)}


def test_level_of_care_before_continuity() -> None:
    own_doctor = by(2, DOCTOR, Tie.LIST_DOCTOR)
    found = problem(member(1, mon=60), member(2, "doctor", mon=60), task(9, 20, by(1, NURSE), own_doctor))
    assert who_and_when(solve(found)) == {9: (1, MON)}


def test_continuity_before_stability() -> None:
    found = problem(
        member(1, "doctor", mon=60), member(2, "doctor", mon=60),
        task(9, 20, by(1, DOCTOR), by(2, DOCTOR, Tie.LIST_DOCTOR), holder=1, planned=MON),
    )  # fmt: skip
    assert who_and_when(solve(found)) == {9: (2, MON)}


def test_stability_before_fairness() -> None:
    tasks = [task(n, 10, 1, 2, holder=1, planned=TUE) for n in range(10, 15)]
    found = problem(member(1, mon=60, tue=60), member(2, mon=60, tue=60), *tasks)
    assert set(who_and_when(solve(found)).values()) == {(1, TUE)}


def test_a_hard_deadline_before_a_longer_soft_one() -> None:
    found = problem(
        member(1, mon=30), task(8, 30, 1, due=MON, hard=True, latest=TUE), task(9, 30, 1, due=MON),
        days=(MON, TUE),
    )  # fmt: skip
    assert who_and_when(solve(found)) == {8: (1, MON)}


def test_what_has_waited_longest_goes_first() -> None:
    found = problem(
        member(1, mon=30), task(8, 30, 1, due=MON.replace(day=10)), task(9, 30, 1, due=MON.replace(day=20))
    )
    assert who_and_when(solve(found)) == {8: (1, MON)}


def test_one_patients_tasks_come_together_in_one_visit() -> None:
    found = problem(
        member(1, mon=60, tue=60), member(2, mon=60, tue=60),
        *(task(n, 15, 1, 2, patient=7) for n in (10, 11, 12)),
    )  # fmt: skip
    plan = solve(found)
    assert len(set(who_and_when(plan).values())) == 1
    assert Rule.TOGETHER in {p.rule for p in plan.placements}


def test_a_preparation_comes_not_after_its_signature() -> None:
    found = problem(
        member(1, "secretary", wed=60), member(2, "doctor", mon=60, thu=60),
        task(10, 10, by(1, SECRETARY)), task(11, 10, by(2, DOCTOR), after=10),
    )  # fmt: skip
    assert who_and_when(solve(found)) == {10: (1, WED), 11: (2, THU)}


def test_no_signature_without_its_preparation() -> None:
    found = problem(member(2, "doctor", mon=60), task(10, 10), task(11, 10, by(2, DOCTOR), after=10))
    assert obstacles(solve(found)) == {10: Obstacle.NOBODY_MAY, 11: Obstacle.AFTER}


def test_a_chain_of_preparations_keeps_its_order() -> None:
    found = problem(
        member(1, mon=10, tue=10, wed=10), *(task(n, 10, 1, after=n - 1 if n > 10 else None) for n in (10, 11, 12)),
        days=(MON, TUE, WED),
    )  # fmt: skip
    assert who_and_when(solve(found)) == {10: (1, MON), 11: (1, TUE), 12: (1, WED)}


def test_what_is_pinned_stays_though_everything_speaks_for_another() -> None:
    found = problem(
        member(1, "doctor", thu=60), member(2, mon=60),
        task(9, 20, by(1, DOCTOR), by(2, NURSE, Tie.USUAL_NURSE), due=MON, holder=1, planned=THU, pinned=True, pinned_day=True),
    )  # fmt: skip
    plan = solve(found)
    assert who_and_when(plan) == {9: (1, THU)}
    assert plan.placements[0].rule == Rule.PINNED


def test_what_is_pinned_over_a_full_day_is_left_and_says_so() -> None:
    pins = [task(n, 40, 1, 2, holder=1, planned=MON, pinned=True, pinned_day=True) for n in (8, 9)]
    plan = solve(problem(member(1, mon=60, tue=60), member(2, mon=60), *pins))
    assert len(plan.placements) == 1
    assert set(obstacles(plan).values()) == {Obstacle.PINNED_FULL}


def test_what_is_not_due_yet_waits_rather_than_take_a_doctor() -> None:
    next_week = FRI.replace(day=30)
    found = problem(
        member(1, "doctor", mon=60),
        MemberDays(2, {}, "secretary"),
        task(9, 20, by(1, DOCTOR), by(2, SECRETARY), due=next_week),
    )
    assert obstacles(solve(found)) == {9: Obstacle.MAY_WAIT}


def test_tasks_that_wait_for_each_other_are_done_by_nobody() -> None:
    ring = (task(1, 10, 1, after=2), task(2, 10, 1, after=1))
    assert who_and_when(solve(Problem((MON,), (member(1, mon=60),), ring))) == {}


def test_a_chain_is_placed_link_by_link() -> None:
    """However short its first links are: what comes last is looked at last."""
    chain = (task(1, 5, 1), task(2, 10, 1, after=1), task(3, 30, 1, after=2), task(4, 60, 1, after=3))
    plan = solve(Problem((MON, TUE), (member(1, mon=60, tue=60),), chain))
    assert len(plan.placements) == 4
    assert plan.objective.gap < 0.01


def test_more_to_do_is_only_said_of_whoever_has_more_to_do() -> None:
    """Compared with what the one who got it had without the task, each relative to own time."""
    found = instance("clinic_week", 3)
    plan, minutes = solve(found), {each.id: each.minutes for each in found.tasks}
    said: Counter[WhyNot] = Counter()
    for placement in plan.placements:
        before = placement.load_before / placement.capacity
        for other in placement.others:
            said[other.why_not] += 1
            if other.why_not in (WhyNot.LOADED, WhyNot.ALIKE):
                assert (other.load / other.capacity > before) == (other.why_not is WhyNot.LOADED)
        assert placement.load_after - placement.load_before == minutes[placement.task_id]
    assert said[WhyNot.LOADED]
    assert said[WhyNot.ALIKE]
