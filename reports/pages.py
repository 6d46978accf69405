"""What the report pages hold: presenters put together, one dict a page. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from reports import captions, presenters
from reports.captions import Words
from reports.comparing import compared, set_right
from reports.definitions import DEFINITIONS
from reports.movable import movable_groups
from reports.queries import Headline, Lines
from reports.suggesting import suggested
from teams.calendar import Week
from teams.models import Member


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart on a page: addresses for light and dark screens, or none while it is not drawn."""

    words: Words
    light: str = ""
    dark: str = ""
    narrow_light: str = ""
    narrow_dark: str = ""


def weeks_page(found: Sequence[Headline], *, more: bool, first_page: bool) -> dict[str, Any]:
    """The list: a row a week, bars measured against the most of the page."""
    most = max((each.minutes for each in found), default=0) or 1
    rows = [
        {
            "headline": each,
            "url": _address(each.week),
            "span": presenters.span(each.week),
            "share": round(100 * each.minutes / most),
            "late": presenters.overdue_note(each),
        }
        for each in found
    ]
    return {
        "rows": rows,
        "older": str(found[-1].week) if more else "",
        "first_page": first_page,
        "definitions": DEFINITIONS,
    }


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a week: closed weeks beside it, charts drawn, its editions, who works here, what one may."""

    neighbours: Collection[Week]
    drawn: Collection[str]
    editions: Sequence[Headline]
    team: Sequence[Member]
    may_draft: bool
    may_open: bool


def week_page(trend: Sequence[Headline], lines: Lines, around: Around) -> dict[str, Any]:
    """One week; the trend's last headline is the week itself."""
    this, before = trend[-1], trend[:-1]
    week = this.week
    kinds, hospital = presenters.by_kind(lines.work), presenters.from_hospital(lines.work)
    groups = movable_groups(lines.movable, lines.moves)
    moved = sum(group.moved or 0 for group in groups) if lines.moves else None
    return {
        "headline": this,
        "week": week,
        "span": presenters.span(week),
        "earlier": _neighbour(week.plus(-1), around.neighbours),
        "later": _neighbour(week.plus(1), around.neighbours),
        "editions": _editions(this, around.editions),
        "kpis": presenters.kpis(this, before, moved),
        "changes": suggested(lines.changes, around.team, may_draft=around.may_draft),
        "groups": groups,
        "numbers": compared(this, before),
        "weeks_before": len(before),
        "origins": presenters.by_origin(lines.work),
        "kinds": kinds,
        "total": presenters.total(kinds),
        "hospital": hospital,
        "hospital_total": presenters.total(hospital),
        "professions": presenters.capacity_rows(lines.professions),
        "trend": list(reversed(trend)),
        "charts": _pictures(around.drawn, trend),
        "definitions": DEFINITIONS,
        "may_open": around.may_open,
    }


def _editions(this: Headline, editions: Sequence[Headline]) -> dict[str, Any] | None:
    """The other editions of a week that was set right, and what this one changed; None for a week with one."""
    if len(editions) < 2:
        return None
    before = next((each for each in editions if each.report.revision == this.report.revision - 1), None)
    return {
        "others": [each.report for each in editions if each.report.pk != this.report.pk],
        "newest": this.report.revision == max(each.report.revision for each in editions),
        "later": before is not None,
        "set_right": set_right(before, this) if before else [],
    }


def _pictures(drawn: Collection[str], trend: Sequence[Headline]) -> dict[str, Picture]:
    words = {
        "movable": captions.movable_words(trend[-1]),
        "capacity": captions.capacity_words(trend[-1]),
        "trend": captions.trend_words(trend),
    }
    return {name: _picture(trend[-1], name, said, drawn) for name, said in words.items()}


def _picture(this: Headline, name: str, said: Words, drawn: Collection[str]) -> Picture:
    """The chart's addresses, with those for narrow screens where there is such a drawing."""
    shapes = [each for each in (name, f"{name}-narrow") if each in drawn]
    addresses = [_chart(this, f"{shape}-{theme}") for shape in shapes for theme in ("light", "dark")]
    return Picture(said, *addresses)


def _neighbour(week: Week, closed: Collection[Week]) -> dict[str, Any] | None:
    return {"number": week.number, "url": _address(week)} if week in closed else None


def _address(week: Week) -> str:
    return reverse("report", args=[week.year, week.number])


def _chart(this: Headline, name: str) -> str:
    address = reverse("report_chart", args=[this.week.year, this.week.number, name])
    return f"{address}?utgave={this.report.revision}"
