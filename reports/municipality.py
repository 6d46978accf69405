"""What a municipality is told of its clinics: the figures, and the week's lines with what is too small left out. Pure.

The Directorate's indicators of primary-care teams (DOMAIN §1.4) as far as Fordel knows them: yearly check-ups, nurses'
follow-up, home visits and meetings, follow-up by others than doctors, minutes moved, overdue, continuity. No patients, no
staff; a clinic is the smallest unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from reports.definitions import DEFINITIONS
from reports.suppression import Cell, left_out
from teams.definitions import Definition
from teams.templatetags.fordel import minutes as in_words
from teams.templatetags.fordel import percent


@dataclass(frozen=True, slots=True)
class Told:
    """A figure: minutes, a count, or a share of `per`.

    Figures of the same `group` have counts in common, so what is left out of one is left out of all. Minutes are of no
    patient, but of those who spent them: what counts is how many of them (`among`) there are.
    """

    name: str
    of: str
    per: str = ""
    minutes: bool = False
    per_hundred: bool = False
    group: str = ""
    among: str = ""

    @property
    def definition(self) -> Definition:
        return DEFINITIONS[self.name]

    def words(self, part: int | None, whole: int | None) -> str:
        """«84 %», «17», «3 t»; «–» of nothing; «skjult» by the page where the cell is left out."""
        if part is None:
            return ""
        if self.per_hundred:
            return f"{100 * part / whole:.1f}".replace(".", ",") if whole else "–"
        if self.per:
            return percent(part, whole or 0)
        return in_words(part) if self.minutes else str(part)


FIGURES = (
    Told("in_follow_up", "in_follow_up", group="plans"),
    Told("reviewed", "reviewed", "in_follow_up", group="plans"),
    Told("nurse_follow_up", "nurse_follow_up", "in_follow_up", per_hundred=True, group="plans"),
    Told("home_visits", "home_visits"),
    Told("meetings", "meetings"),
    Told("followups_in_time", "followups_in_time", "followups_due"),
    Told("by_others", "plan_done_others", "plan_done", group="plans"),
    Told("met_same", "met_same", "met_before"),
    Told("overdue", "overdue"),
    Told("done_minutes", "done_minutes", minutes=True, group="team", among="people"),
    Told("capacity", "capacity", minutes=True, group="team", among="people"),
    Told("doctor_minutes", "doctor_minutes", minutes=True, group="doctors", among="doctors"),
    Told("movable", "movable", minutes=True, group="doctors", among="doctors"),
)
BY_NAME = {each.name: each for each in FIGURES}
Line = tuple[int | None, str, int | None, int | None]  # clinic (None: all), figure, part, whole


def lines(clinics: Mapping[int, Mapping[str, int]]) -> list[Line]:
    """Every figure of every clinic and of all of them; `clinics` are their numbers by name, and what lacks is 0."""
    found: list[Line] = []
    for alike in _groups():
        pairs = {figure: {c: _pair(figure, numbers) for c, numbers in clinics.items()} for figure in alike}
        among = alike[0].among
        cells = {
            c: (numbers.get(among, 0),) if among else sum((_cell(f, *pairs[f][c]) for f in alike), ())
            for c, numbers in clinics.items()
        }
        out, sum_told = left_out(cells)
        for figure in alike:
            found += _column(figure, pairs[figure], out, sum_told=sum_told)
    return found


def _groups() -> list[list[Told]]:
    """Those with counts in common together, each of the others alone."""
    of: dict[str, list[Told]] = {}
    for figure in FIGURES:
        of.setdefault(figure.group or figure.name, []).append(figure)
    return list(of.values())


def _column(
    figure: Told, pairs: Mapping[int, tuple[int, int | None]], out: frozenset[int], *, sum_told: bool
) -> list[Line]:
    """The figure's lines: each clinic's, and the sum."""
    nothing = (None, None)
    found: list[Line] = [
        (clinic, figure.name, *(nothing if clinic in out else pair)) for clinic, pair in pairs.items()
    ]
    if not sum_told:
        return [*found, (None, figure.name, *nothing)]
    parts = sum(part for part, _whole in pairs.values())
    wholes = sum(whole or 0 for _part, whole in pairs.values()) if figure.per else None
    return [*found, (None, figure.name, parts, wholes)]


def _pair(figure: Told, numbers: Mapping[str, int]) -> tuple[int, int | None]:
    known = Counter(dict(numbers))
    return known[figure.of], known[figure.per] if figure.per else None


def _cell(figure: Told, part: int, whole: int | None) -> Cell:
    """The counts that must not be known: of a share the part and the rest; a rate may be more than its whole."""
    if whole is None:
        return (part,)
    return (part, whole) if figure.per_hundred else (part, whole - part)
