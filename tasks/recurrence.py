"""When the next time is. Pure: dates in, dates out.

A step recurs from its *completion* (a late control does not pull the next one after it, a missed one does
not pile up); a cancelled occasion counts from when it was due. A due date on a weekend or holiday moves to
the next working day, a hard deadline to the one before. Rules of thumb: DOMAIN §4.2. `first_occasion` is said
once more as SQL, for a whole country's patients at a time (tasks/sql/enrol.sql); a test holds the two together.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from teams.calendar import working_day_on_or_after, working_day_on_or_before

INTERVAL, YEAR, ONCE = "interval", "year", "once"
GRACE = 12  # the part of an interval that an occasion may come late and still count as on time
SLACK = 1.25  # intervals without anything done before somebody counts as without follow-up
_YEAR_DAYS = 365
HARD_MIN = (
    7  # days between hard deadlines: moved back to a working day, one must still come after the one before
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and how wide the window around the due date is. Months and days add up.

    `rule` is INTERVAL, YEAR (once every calendar year: what was done counts for its year, and the next may be
    done from 1 January) or ONCE (so long after the start, and never again).
    """

    months: int
    days: int
    opens_days_before: int
    closes_days_after: int | None
    hard: bool = False
    rule: str = INTERVAL

    @property
    def length(self) -> int:
        """The interval in days, a month being a twelfth of 365."""
        return self.months * _YEAR_DAYS // 12 + self.days

    @property
    def grace(self) -> int:
        """Days after the due date on which it still counts as on time: a twelfth of the interval; none when hard."""
        return 0 if self.hard or self.rule == ONCE else self.length // GRACE


@dataclass(frozen=True, slots=True)
class Occasion:
    """May be done from `opens_on`, should be by `due_on`, must by `closes_on` (None: no such day)."""

    opens_on: dt.date
    due_on: dt.date
    closes_on: dt.date | None


def add_months(day: dt.date, months: int) -> dt.date:
    """Same day of the month, or the month's last: 31 January + 1 month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_occasion(rhythm: Rhythm, *, after: dt.date) -> Occasion:
    """The occasion one interval after `after`: the day it was done, or the due date that was cancelled.

    Of what is done once there is none: the caller does not ask.
    """
    return around(rhythm, add_months(after, rhythm.months) + dt.timedelta(days=rhythm.days))


def phase(patient_id: int) -> int:
    """A patient's own day of the year (0 to 364), by the number alone.

    Patients whose last check-up nobody knows are spread evenly by it, and everything of one patient falls on the same
    day, whatever the programme and whenever the plan was started: so that diabetes and blood pressure share a visit.
    (Multiples of the golden ratio, the fraction of each; evenly spread for numbers that follow one another.)
    """
    return patient_id % 1_000_000 * 6_180_339_887 % 10_000_000_000 * _YEAR_DAYS // 10_000_000_000


def first_occasion(
    rhythm: Rhythm, *, starts_on: dt.date, phase: int, first_on: dt.date | None = None
) -> Occasion:
    """The first occasion of somebody whose last one nobody knows: within one interval, on the patient's own day.

    `first_on` when somebody has chosen the day. Of what is done once: so long after the start.
    """
    if rhythm.rule == ONCE:
        due = around(rhythm, add_months(starts_on, rhythm.months) + dt.timedelta(days=rhythm.days))
        return Occasion(max(due.opens_on, min(starts_on, due.due_on)), due.due_on, due.closes_on)
    wait = (phase - (starts_on.timetuple().tm_yday - 1)) % rhythm.length
    return around(rhythm, first_on or starts_on + dt.timedelta(days=wait))


def anew(
    old: Rhythm, new: Rhythm, *, due_on: dt.date, last_done_on: dt.date | None, today: dt.date
) -> Occasion:
    """A waiting occasion when its rhythm changes from `old` to `new`.

    It counts from what it was counted from: when it was last done, or (cancelled, or chosen by somebody) one old interval
    before it. Of what was never done, it comes no later than one new interval from today. Never before today, if
    it was not late already; where the interval is the same, only its window is another.
    """
    if (old.months, old.days, old.rule) == (new.months, new.days, new.rule) or ONCE in (old.rule, new.rule):
        return around(new, due_on)
    if last_done_on is None:
        latest = next_occasion(new, after=today).due_on
        return around(new, min(due_on, latest))
    by_rule = abs((next_occasion(old, after=last_done_on).due_on - due_on).days) <= HARD_MIN
    counted_from = last_done_on if by_rule else max(last_done_on, due_on - dt.timedelta(days=old.length))
    occasion = next_occasion(new, after=counted_from)
    return occasion if occasion.due_on >= today else around(new, min(due_on, today))


def around(rhythm: Rhythm, day: dt.date) -> Occasion:
    """The occasion that is due about `day`: on a working day, and of a yearly one, in that year."""
    due = working_day_on_or_before(day) if rhythm.hard else working_day_on_or_after(day)
    if rhythm.rule == YEAR and due.year != day.year:
        due = working_day_on_or_before(day) if due.year > day.year else working_day_on_or_after(day)
    opens = due - dt.timedelta(days=rhythm.opens_days_before)
    if rhythm.rule == YEAR:
        opens = max(opens, dt.date(due.year, 1, 1))
    closes = None if rhythm.closes_days_after is None else due + dt.timedelta(days=rhythm.closes_days_after)
    return Occasion(opens, due, closes)


def lead(occasion: Occasion, days: int) -> dt.date:
    """When what leads to an occasion is due: so many days before it, on a working day."""
    return working_day_on_or_before(occasion.due_on - dt.timedelta(days=days))
