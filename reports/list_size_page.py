"""What the page of list size and delegation holds. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from reports.forms import HOURS, SHARES, YEAR
from reports.list_size import AREAS, STEP, Care, Grant, in_force, list_size, published, total
from reports.models import GrantRate
from reports.team_queries import DoctorList
from teams.models import Profession
from teams.templatetags.fordel import percent


@dataclass(frozen=True, slots=True)
class ListRow:
    """A doctor's list beside the cap, the step and what was reckoned above; `over`: patients more than that.
    `grant`: kroner a year by the newest rate that is known."""

    pk: int
    name: str
    length: int
    cap: int | None
    free: int | None
    from_step: int
    of_reckoned: str
    over: bool
    grant: int | None


def list_size_page(
    care: Mapping[str, Care] | None,
    year: float,
    lists: Sequence[DoctorList],
    minutes: Mapping[str, int],
    rates: Iterable[GrantRate],
    today: dt.date,
) -> dict[str, Any]:
    """`care` None: what was written cannot be reckoned with. `minutes`: of follow-up, by profession."""
    size = list_size(total(care), year) if care else None
    told = published()
    grants = known_grants(rates)
    grant = in_force(grants, today)
    return {
        "size": size,
        "left": total(care) if care else None,
        "models": [(model, _address(model.delegated)) for model in told["models"]],
        "days": told["days"],
        "alone": sum(day.alone for day in told["days"]),
        "team": sum(day.team for day in told["days"]),
        "grants": grants,
        "grant": grant,
        "step": STEP,
        "lists": [_row(each, size, grant) for each in lists],
        "on_lists": sum(each.length for each in lists),
        "others": percent(sum(minutes.values()) - minutes.get(Profession.DOCTOR, 0), sum(minutes.values())),
        "followed_up": sum(minutes.values()),
    }


def known_grants(rates: Iterable[GrantRate]) -> list[Grant]:
    """The published ones and the clinic's own, which stand instead of a published one of the same day; oldest first."""
    by_day = {grant.begins: grant for grant in published()["grants"]}
    by_day |= {
        each.begins: Grant(each.begins, each.below, each.above, each.source, own=True) for each in rates
    }
    return [by_day[begins] for begins in sorted(by_day)]


def _row(each: DoctorList, size: int | None, grant: Grant | None) -> ListRow:
    cap = each.member.list_cap
    return ListRow(
        each.member.pk, each.member.name, each.length, cap, None if cap is None else cap - each.length,
        each.length - STEP, percent(each.length, size) if size else "", size is not None and each.length > size,
        grant.of(each.length) if grant else None,
    )  # fmt: skip


def _address(delegated: Mapping[str, float]) -> str:
    """The page with a published model's shares."""
    hours = published()["hours"]
    fields = {HOURS[area]: hours[area] for area in AREAS} | {SHARES[area]: delegated[area] for area in AREAS}
    written = {name: str(value).replace(".", ",") for name, value in {**fields, YEAR: hours["year"]}.items()}
    return f"{reverse('list_size')}?{urlencode(written)}"
