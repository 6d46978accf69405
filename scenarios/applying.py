"""A clinic as a scenario would have it: each change makes another situation of the one before. Pure.

What a change names that is not in the clinic any more raises `NoLonger`: a scenario is kept, and people leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from scenarios.changes import (
    KINDS,
    Away,
    Change,
    Delegate,
    LessTime,
    ListLength,
    MorePeople,
    NewInterval,
    StartProgramme,
)
from scenarios.situation import COPIES, MADE_UP, Leave, Situation, Standing, StepWork
from tasks.gathering import Row
from tasks.recurrence import INTERVAL, ONCE, YEAR, Rhythm, anew, first_occasion, phase
from teams.calendar import day_share
from teams.models import Member, Profession

FULL_TIME = 0.9  # of the most hours that anybody of the profession works: who works so much works full time
_ORDER = list(KINDS.values())


class NoLonger(LookupError):
    """A change is about somebody or something that is not there any more. `args[0]` is the change."""


def applied(clinic: Situation, changes: Iterable[Change]) -> Situation:
    """The clinic with these changes, made in the order of KINDS whatever order they come in. Raises NoLonger."""
    in_order = sorted(changes, key=lambda change: _ORDER.index(type(change)))
    return reduce(lambda found, change: _MAKE[type(change)](found, change), in_order, clinic)


def _more(clinic: Situation, change: MorePeople) -> Situation:
    """New colleagues, each with at most a full position: the hours of a typical one here, on the clinic's open days."""
    hours = _typical(clinic, change)
    read, people = clinic.read, list(clinic.read.members.get(clinic.clinic_id, ()))
    minutes, left = dict(read.minutes), change.percent
    while left > 0:
        share, left = min(left, 100), left - 100
        number = MADE_UP + len(people)
        people.append(
            Member(pk=number, clinic_id=clinic.clinic_id, profession=change.profession, starts_on=change.starts_on)
        )  # fmt: skip
        days = ((day, hours[day.isoweekday() - 1]) for day in read.days if day >= change.starts_on)
        minutes[number] = {
            day: n for day, whole in days if (n := round(whole * day_share(day) * share / 100))
        }
    return replace(clinic, read=replace(read, members={clinic.clinic_id: people}, minutes=minutes))


def _typical(clinic: Situation, change: MorePeople) -> tuple[int, ...]:
    """Minutes for tasks by weekday of who works full time: of several, the one in the middle."""
    known = {m.pk for m in clinic.read.staff(clinic.clinic_id) if m.profession == change.profession}
    hours = {who: clinic.at_work[who] for who in known if clinic.at_work.get(who)}
    if not hours:
        raise NoLonger(change)
    most = max(hours.values())
    full = sorted((sum(clinic.weekly[who]), who) for who, n in hours.items() if n >= FULL_TIME * most)
    return clinic.weekly[full[(len(full) - 1) // 2][1]]


def _less(clinic: Situation, change: LessTime) -> Situation:
    def left(day: dt.date, minutes: int) -> int:
        return round(minutes * (100 - change.percent) / 100) if day >= change.starts_on else minutes

    return _with_minutes(clinic, change, change.member, left)


def _away(clinic: Situation, change: Away) -> Situation:
    def left(day: dt.date, minutes: int) -> int:
        return 0 if change.starts_on <= day <= change.ends_on else minutes

    return _with_minutes(clinic, change, change.member, left)


def _with_minutes(
    clinic: Situation, change: Change, member: int, left: Callable[[dt.date, int], int]
) -> Situation:
    if not any(m.pk == member for m in clinic.read.members.get(clinic.clinic_id, ())):
        raise NoLonger(change)
    days = {day: n for day, had in clinic.read.minutes.get(member, {}).items() if (n := left(day, had))}
    return replace(clinic, read=replace(clinic.read, minutes={**clinic.read.minutes, member: days}))


def _delegate(clinic: Situation, change: Delegate) -> Situation:
    people = clinic.read.members.get(clinic.clinic_id, ())
    kind = clinic.read.kinds.get(change.task_kind)
    doctors = {m.pk for m in people if m.profession == Profession.DOCTOR}
    to = [
        m
        for m in people
        if m.pk == change.member or (change.member is None and m.profession == change.profession)
    ]
    if kind is None or not to or not doctors.issuperset(change.doctors):
        raise NoLonger(change)
    # Whom the catalogue lets nobody delegate it to gets nothing: eligibility would not heed it either.
    given = [
        Leave(change.task_kind, doctor, member.pk, change.starts_on, None)
        for doctor in sorted(change.doctors or doctors)
        for member in to
        if member.profession in kind.delegable_to and member.pk != doctor
    ]
    return replace(clinic, leaves=(*clinic.leaves, *given))


def _interval(clinic: Situation, change: NewInterval) -> Situation:
    """What waits is due anew, as when a doctor approves the change; a patient's own interval stands."""
    step = clinic.steps.get(change.step)
    if step is None or step.rhythm.rule == ONCE:
        raise NoLonger(change)
    old = step.rhythm
    yearly = old.rule == YEAR and change.months == 12
    new = replace(old, months=change.months, days=0, rule=old.rule if yearly else INTERVAL)
    plans = {
        number: _due_anew(each, old, new, clinic.today)
        if each.step == change.step and each.waiting and each.own is None
        else each
        for number, each in clinic.plans.items()
    }
    return replace(clinic, steps={**clinic.steps, change.step: replace(step, rhythm=new)}, plans=plans)


def _due_anew(each: Standing, old: Rhythm, new: Rhythm, today: dt.date) -> Standing:
    due = anew(old, new, due_on=each.due_on, last_done_on=each.last_done_on, today=today)
    return replace(each, opens_on=due.opens_on, due_on=due.due_on, closes_on=due.closes_on)


def _programme(clinic: Situation, change: StartProgramme) -> Situation:
    steps = {number: step for number, step in clinic.steps.items() if step.programme_id == change.programme}
    if not steps:
        raise NoLonger(change)
    number, plans = MADE_UP + len(clinic.plans), dict(clinic.plans)
    for patient in clinic.candidates.get(change.programme, ()):
        for step_id, step in steps.items():
            number += 1
            plans[number] = _first(step_id, step, patient, clinic.today)
    return replace(clinic, plans=plans)


def _first(step_id: int, step: StepWork, patient: int, today: dt.date) -> Standing:
    due = first_occasion(step.rhythm, starts_on=today, phase=phase(patient))
    return Standing(step_id, patient, due.opens_on, due.due_on, due.closes_on)


def _list(clinic: Situation, change: ListLength) -> Situation:
    """Every so-manieth patient's plans, and every so-manieth other task, once more or not at all. What is open stands."""
    share, ids = abs(change.percent), sorted({each.patient for each in clinic.plans.values()})
    chosen = {patient for n, patient in enumerate(ids) if _chosen(n, share)}
    tasks = [
        rows for n, rows in enumerate(clinic.arrivals) if _chosen(n, share)
    ]  # they come by kind: each is scaled
    if change.percent > 0:
        return _with_more(clinic, chosen, tasks)
    gone = {rows[0].id for rows in tasks}
    plans = {k: each for k, each in clinic.plans.items() if each.patient not in chosen or not each.waiting}
    return replace(
        clinic, plans=plans, arrivals=tuple(rows for rows in clinic.arrivals if rows[0].id not in gone)
    )


def _with_more(clinic: Situation, chosen: set[int], tasks: list[tuple[Row, ...]]) -> Situation:
    """These patients' plans, and these tasks, once more. Lists may be lengthened again: no copy gets another's number."""
    known = [0, *clinic.plans, *clinic.patients, *(rows[0].id for rows in clinic.arrivals)]
    beyond = COPIES * (1 + max(known) // COPIES)
    plans = {
        beyond + number: replace(each, patient=beyond + each.patient)
        for number, each in clinic.plans.items()
        if each.patient in chosen and each.waiting
    }
    patients = {
        beyond + patient: clinic.patients[patient] for patient in chosen if patient in clinic.patients
    }
    again = (tuple(_copy(row, beyond) for row in rows) for rows in tasks)
    return replace(
        clinic, plans={**clinic.plans, **plans}, patients={**clinic.patients, **patients},
        arrivals=(*clinic.arrivals, *again),
    )  # fmt: skip


def _copy(row: Row, beyond: int) -> Row:
    return row._replace(
        id=beyond + row.id,
        patient_id=row.patient_id and beyond + row.patient_id,
        after_id=row.after_id and beyond + row.after_id,
    )


def _chosen(n: int, share: int) -> bool:
    """So many of every hundred, evenly: of the first k, k·share/100 rounded down."""
    return (n + 1) * share // 100 > n * share // 100


_MAKE: Mapping[type[Change], Callable[[Situation, Any], Situation]] = {
    MorePeople: _more,
    LessTime: _less,
    Away: _away,
    Delegate: _delegate,
    NewInterval: _interval,
    StartProgramme: _programme,
    ListLength: _list,
}
