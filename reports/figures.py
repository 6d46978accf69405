"""The numbers of a week in the order they are told, and how each follows from the sums. Pure.

One list for the page, the spreadsheet, the municipality and the e-mail. A share keeps its part and its whole, so that
weeks and clinics are added before they are divided; what is told beside it is an average of the weeks before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.definitions import DEFINITIONS
from teams.definitions import Definition
from teams.templatetags.fordel import minutes as in_words
from teams.templatetags.fordel import percent

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """`name` is its definition's; minutes or a count are `of` that sum, a share is `of` it per `per`."""

    name: str
    of: str
    per: str = ""
    minutes: bool = False

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.name]

    def told(self, numbers: Numbers) -> str:
        """«3 t 20 min», «17», «84 %»; «–» for a share of nothing."""
        if self.per:
            return percent(numbers[self.of], numbers[self.per])
        return in_words(numbers[self.of]) if self.minutes else str(numbers[self.of])

    def average(self, weeks: Sequence[Numbers]) -> str:
        """The same over some weeks: shares of the sums, the rest per week; «–» without weeks."""
        if not weeks:
            return "–"
        whole = total(weeks)
        if self.per:
            return self.told(whole)
        return self.told({self.of: round(whole[self.of] / len(weeks))})


def total(weeks: Iterable[Numbers]) -> Counter[str]:
    """Weeks, or clinics, together."""
    whole: Counter[str] = Counter()
    for numbers in weeks:
        whole.update(numbers)
    return whole


def _minutes(*names: str) -> tuple[Figure, ...]:
    return tuple(Figure(name, name, minutes=True) for name in names)


def _counts(*names: str) -> tuple[Figure, ...]:
    return tuple(Figure(name, name) for name in names)


FIGURES: tuple[tuple[Promise, tuple[Figure, ...]], ...] = (
    (_("Tid"), (
        *_minutes("done_minutes", "planned_minutes", "logged_minutes", "capacity"),
        Figure("utilisation", "task_minutes", "capacity"),
        *_minutes("late_minutes"), *_counts("long_days"),
    )),
    (_("Arbeid"), _counts("opened", "done", "cancelled", "returned", "expired", "overrides")),
    (_("Oppfølging"), (
        Figure("followups_in_time", "followups_in_time", "followups_due"),
        Figure("met_same", "met_same", "met_before"),
        Figure("by_others", "plan_done_others", "plan_done"),
    )),
    (_("Frister"), _counts(
        "overdue", "overdue_7_days", "overdue_14_days", "overdue_28_days", "hard_missed",
    )),
    (_("Legetid på arbeid andre kan ta"), (
        *_minutes("doctor_minutes", "movable", "preparable", "returnable", "if_delegated"),
    )),
)  # fmt: skip
BY_NAME = {figure.name: figure for _group, figures in FIGURES for figure in figures}
