"""The other work to come: what arrived lately, dealt out evenly over the weeks ahead. Pure.

Of each kind, what came in the last weeks is put in order and dealt like cards: every week ahead gets its share of the
whole, on the weekdays and with the deadlines it came with. No chance is in it, so that two runs meet the same work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from scenarios.situation import ARRIVALS, Span
from tasks.gathering import Row
from teams.calendar import DAY, Week, working_day_on_or_after


class Came(NamedTuple):
    """A task that arrived lately and no plan asked for. `root` is shared by the two halves of a pair, and of nothing else.

    `due` and `closes` are days after it came (None: no such day); minutes are what it took, else the estimate.
    """

    root: int
    id: int
    after_id: int | None
    kind_id: int
    part: str
    on: dt.date
    due: int | None
    closes: int | None
    hard: bool
    minutes: int
    patient_id: int | None
    list_doctor_id: int | None
    usual_nurse_id: int | None


def dealt(
    lately: Iterable[Came], *, clinic_id: int, spans: Sequence[Span], weeks: int
) -> tuple[tuple[Row, ...], ...]:
    """The tasks that will come, one or a pair each, by kind. `weeks`: how many `lately` came in."""
    if not weeks:
        return ()
    by_root = groupby(sorted(lately, key=lambda each: (each.root, each.id)), key=lambda each: each.root)
    together = sorted(
        (tuple(found) for _, found in by_root), key=lambda found: (found[0].kind_id, found[0].on, found[0].root)
    )  # fmt: skip
    rows: list[tuple[Row, ...]] = []
    number = ARRIVALS
    for place, tasks in enumerate(together):
        for span in spans[place % weeks :: weeks]:
            on = working_day_on_or_after(Week.of(span.first).monday + (tasks[0].on.isoweekday() - 1) * DAY)
            if on >= span.first:
                rows.append(tuple(_rows(tasks, clinic_id, on, number)))
                number += len(tasks)
    return tuple(rows)


def _rows(tasks: Sequence[Came], clinic_id: int, on: dt.date, number: int) -> Iterable[Row]:
    numbers = {each.id: number + n for n, each in enumerate(tasks)}
    for each in tasks:
        due = None if each.due is None else working_day_on_or_after(on + max(0, each.due) * DAY)
        closes = None if each.closes is None else max(on + max(0, each.closes) * DAY, due or on)
        yield Row(
            clinic_id, numbers[each.id], 1, each.kind_id, max(1, each.minutes), on, due, closes, each.hard, None, None,
            False, False, [], "", "", each.patient_id, each.list_doctor_id, each.usual_nurse_id, each.part,
            numbers.get(each.after_id or 0),
        )  # fmt: skip
