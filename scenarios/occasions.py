"""Follow-up as the nights will open it: which occasions share a visit, the tasks of one, and when the next one is. Pure.

The rules are those of tasks/recurrence.py and tasks/visits.py; what tasks an occasion becomes is said by
tasks/sql/open_due.sql, and a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from scenarios.situation import Knows, Situation, Standing, StepWork
from tasks.gathering import Row
from tasks.models import Part
from tasks.recurrence import ONCE, YEAR, Rhythm, lead, next_occasion
from tasks.recurrence import Occasion as Due
from tasks.visits import Waiting, coming_visits

NOBODY = Knows(None, None)


def rhythm(standing: Standing, step: StepWork) -> Rhythm:
    return standing.own or step.rhythm


def in_visits(clinic: Situation) -> dict[int, Standing]:
    """Every plan, with what waits of one patient's opened together where the nights will do so."""
    of_patient: dict[int, list[Waiting]] = defaultdict(list)
    for number, each in clinic.plans.items():
        if each.waiting:
            of_patient[each.patient].append(_waiting(number, each, clinic.steps[each.step]))
    found = dict(clinic.plans)
    for occasions in of_patient.values():
        for visit in coming_visits(occasions, today=clinic.today):
            for number in visit.ids:
                own = found[number]
                opens_on, due_on = min(own.opens_on, visit.opens_on), min(own.due_on, visit.due_on)
                found[number] = replace(own, opens_on=opens_on, due_on=due_on)
    return found


def _waiting(number: int, each: Standing, step: StepWork) -> Waiting:
    own = rhythm(each, step)
    yearly = own.rule == YEAR
    return Waiting(
        number, each.opens_on, each.due_on, step.shares, own.hard, own.length, yearly, bloods=step.bloods
    )


def tasks_of(
    clinic_id: int, standing: Standing, step: StepWork, knows: Mapping[int, Knows], first: int
) -> Iterator[Row]:
    """The tasks of one occasion, numbered from `first`; the first of them is the one that the plan waits for."""
    doctor, nurse = knows.get(standing.patient, NOBODY)
    row = Row(
        clinic_id, first, 1, step.kind_id, step.minutes, standing.opens_on, standing.due_on, standing.closes_on,
        step.rhythm.hard, None, None, False, False, [], "", "", standing.patient, doctor, nurse,
    )  # fmt: skip
    if step.halves:
        prepare, decide = step.halves
        yield row._replace(planned_minutes=decide, part=Part.SIGN.value, after_id=first + 1)
        yield row._replace(id=first + 1, planned_minutes=prepare, part=Part.PREPARE.value)
    else:
        yield row
    for n, each in enumerate(step.leads, start=2):
        due_on = max(lead(Due(standing.opens_on, standing.due_on, None), each.days), standing.opens_on)
        yield row._replace(
            id=first + n, kind_id=each.kind_id, planned_minutes=each.minutes, due_on=due_on, hard=each.hard,
            closes_on=due_on if each.hard else standing.closes_on,
        )  # fmt: skip


def moved_on(standing: Standing, step: StepWork, *, done_on: dt.date | None) -> Standing | None:
    """The plan after its occasion: counted from the day it was done, or from when it was due. None: done for good."""
    own = rhythm(standing, step)
    if own.rule == ONCE:
        return None
    due = next_occasion(own, after=done_on or standing.due_on)
    return replace(
        standing, opens_on=due.opens_on, due_on=due.due_on, closes_on=due.closes_on, waiting=True,
        last_done_on=done_on or standing.last_done_on,
    )  # fmt: skip
