"""What counts as need: every point has a reason, and the sum in SQL is the sum in words."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from patients.models import Condition, Discharge, Encounter, Patient
from tasks.actions.need import set_points
from tasks.models import NeedPoints
from tasks.need import DEFAULT, MOST_POINTS, TEXTS, Facts, Ground, born_by, grounds, total
from tasks.presenters.patients import age_on, facts_of
from tasks.queries.patients import Words, found, rows
from tasks.queries.patients_choices import need_points
from tasks.segment import BY_NEED, Segment
from teams.calendar import DAY, midnight
from teams.permissions import Permission
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import MORNING, make_patient
from tests.tasks.listing import give_drugs, make_plan, make_programme

TODAY = dt.date(2026, 11, 23)


def test_every_reason_that_holds_stands_there_with_its_points() -> None:
    facts = Facts(("K86", "T90"), age=85, drugs=8, admitted=True, overdue=True, never=True, home_care=True)
    found = grounds(facts, DEFAULT)
    assert [(ground.reason, ground.code) for ground in found] == [
        ("condition", "K86"), ("condition", "T90"), ("age_85", ""), ("drugs_8", ""), ("admission", ""),
        ("overdue", ""), ("never", ""), ("home_care", ""),
    ]  # fmt: skip
    assert total(found) == 4 + 4 + 4 + 4 + 3 + 2 + 3
    assert grounds(Facts(), DEFAULT) == []


@pytest.mark.parametrize(
    ("age", "drugs", "reasons"),
    [(74, 3, []), (75, 4, ["age_75", "drugs_4"]), (84, 7, ["age_75", "drugs_4"]), (85, 8, ["age_85", "drugs_8"])],
)  # fmt: skip
def test_of_a_ladder_only_the_higher_step_counts(age: int, drugs: int, reasons: list[str]) -> None:
    assert [ground.reason for ground in grounds(Facts(age=age, drugs=drugs), DEFAULT)] == reasons


def test_what_counts_for_nothing_is_no_reason() -> None:
    assert grounds(Facts(("T90",), home_care=True), DEFAULT | {"home_care": 0}) == [
        Ground("condition", 2, "T90")
    ]


def test_whoever_is_born_on_the_last_day_of_february_is_as_old_in_sql() -> None:
    for today in (dt.date(2028, 2, 28), dt.date(2028, 2, 29), dt.date(2027, 2, 28), dt.date(2027, 3, 1)):
        for born in (today.replace(year=today.year - 75, day=28) + n * DAY for n in range(-3, 4)):
            assert (born <= born_by(75, today)) == (age_on(today, born) >= 75), (today, born)


def generated(cast: Cast, seed: int) -> Patient:
    """A patient about whom anything may be so."""
    chance = random.Random(seed)
    codes = chance.sample(["T90", "K86", "R95", "U99", "P76"], chance.randint(0, 4))
    born = born_by(chance.choice([20, 60, 74, 75, 76, 84, 85, 90]), TODAY) + chance.randint(-1, 1) * DAY
    patient = make_patient(cast, family_name=f"N{seed}", birth_date=born, home_care=chance.random() < 0.3)
    for code in codes:
        ended = TODAY if chance.random() < 0.2 else None
        struck = timezone.now() if chance.random() < 0.1 else None
        Condition.objects.create(
            clinic=cast.clinic, patient=patient, icpc2=code, ends_on=ended, struck_at=struck
        )
    give_drugs(cast.clinic, patient, chance.choice([0, 3, 4, 7, 8, 9]))
    give_drugs(cast.clinic, patient, chance.randint(0, 3), ends_on=TODAY)
    home = TODAY - chance.choice([0, 30, 89, 90, 91]) * DAY
    if chance.random() < 0.3:
        Discharge.objects.create(
            clinic=cast.clinic,
            patient=patient,
            discharged_on=home,
            at=MORNING,
            mistaken=chance.random() < 0.3,
        )
    if chance.random() < 0.3:
        Encounter.objects.create(
            clinic=cast.clinic, patient=patient, source_id=f"e{seed}", act_class=chance.choice(["IMP", "AMB"]),
            starts_at=midnight(home - DAY), ends_at=midnight(home) + dt.timedelta(hours=9),
        )  # fmt: skip
    return patient


def test_the_sum_that_sorts_is_the_sum_that_is_shown(solbakken: Cast) -> None:
    programmes = [make_programme(solbakken, name, icpc2=[]) for name in ("En", "To", "Tre")]
    for seed in range(150):
        patient, chance = generated(solbakken, seed), random.Random(seed)
        for programme in chance.sample(programmes, chance.randint(0, 3)):
            state = chance.choice(["active", "active", "stopped", "declined"])
            make_plan(
                patient, programme, TODAY + chance.randint(-60, 40) * DAY, state=state,
                ended_on=None if state == "active" else TODAY, done=chance.choice([None, TODAY - 99 * DAY]),
                waiting=chance.random() < 0.8,
            )  # fmt: skip
    points = {reason: n + 1 for n, reason in enumerate(DEFAULT)}
    ids = found(solbakken.nurse, Segment(order=BY_NEED), Words(), today=TODAY, points=points, limit=None).ids
    sums = [total(grounds(facts_of(row, TODAY), points)) for row in rows(solbakken.nurse, ids, today=TODAY)]
    assert len(ids) == 150
    assert sums == sorted(sums, reverse=True)
    assert len(set(sums)) >= 25
    one_by_one = found(solbakken.nurse, Segment(order=BY_NEED), Words(), today=TODAY, points=points, limit=1)
    assert one_by_one.after == f"-{sums[0]}.{ids[0]}"


# --- what a clinic decides


def test_a_leader_decides_and_it_is_written_who_and_when(solbakken: Cast, furulund: Cast) -> None:
    changed = set_points(DEFAULT | {"overdue": 9}, by=solbakken.doctor, at=MORNING)
    assert changed == ["overdue"]
    row = NeedPoints.objects.get()
    assert (row.clinic, row.reason, row.points, row.by, row.at) == (
        solbakken.clinic, "overdue", 9, solbakken.doctor, MORNING,
    )  # fmt: skip
    assert need_points(solbakken.nurse)["overdue"] == 9
    assert need_points(furulund.nurse) == DEFAULT
    assert set_points({"overdue": 9}, by=solbakken.doctor, at=timezone.now()) == []
    assert set_points(DEFAULT, by=solbakken.doctor, at=timezone.now()) == ["overdue"]
    assert NeedPoints.objects.get().points == DEFAULT["overdue"]


@pytest.mark.parametrize("points", [{"kjønn": 1}, {"overdue": -1}, {"overdue": MOST_POINTS + 1}])
def test_what_is_no_reason_and_no_number_of_points_is_refused(
    solbakken: Cast, points: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match=next(iter(points))):
        set_points(points, by=solbakken.doctor, at=MORNING)
    assert not NeedPoints.objects.exists()


def test_only_leaders_decide(solbakken: Cast) -> None:
    with pytest.raises(PermissionDenied, match=Permission.START_PLANS):
        set_points({"overdue": 1}, by=solbakken.nurse, at=MORNING)


def test_the_page_shows_all_and_lets_a_leader_change(solbakken: Cast) -> None:
    leader, nurse = logged_in(solbakken.doctor), logged_in(solbakken.nurse)
    assert logged_in(solbakken.manager).get("/pasienter/behov/").status_code == 403
    shown = nurse.get("/pasienter/behov/").content.decode()
    assert all(text in shown for text in TEXTS.values())
    assert 'type="number"' not in shown
    assert 'type="number"' in leader.get("/pasienter/behov/").content.decode()
    assert nurse.post("/pasienter/behov/", DEFAULT).status_code == 403
    assert leader.post("/pasienter/behov/", DEFAULT | {"never": 7}).status_code == 302
    assert "til 7 av Hanne Holm" in nurse.get("/pasienter/behov/").content.decode()
    assert leader.post("/pasienter/behov/", {"tilbake": "1"}).status_code == 302
    assert need_points(solbakken.nurse) == DEFAULT


@pytest.mark.parametrize("wrong", ["", "x", "-1", "51", "2,5"])
def test_a_number_that_cannot_be_is_told_of_at_its_field(solbakken: Cast, wrong: str) -> None:
    answer = logged_in(solbakken.doctor).post("/pasienter/behov/", DEFAULT | {"never": wrong})
    assert answer.status_code == 422
    assert 'id="id_never_error"' in answer.content.decode()
    assert not NeedPoints.objects.exists()
