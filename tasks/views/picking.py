"""Lists of the team's open tasks, to look at and to choose from: what a cell of the board is made of, and the pool."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from tasks.ahead import weeks_ahead
from tasks.filters import ME, NOBODY, TEAM
from tasks.forms.bulk import ListFilterForm, WishForm
from tasks.many import MOST
from tasks.presenters.picking import Receiver, filter_choices, heading, list_lines, people
from tasks.queries.board import (
    colleagues_ahead,
    holders,
    latest_change,
    list_kinds,
    minutes_ahead,
    task_page,
    time_ahead,
    totals,
    week_sums,
)
from tasks.queries.keyset import BEGINNING, key_of, parse_key
from tasks.selection import Selection
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member
from teams.permissions import Permission, may, requires
from teams.queries import stands_in

UNDO_AT_HAND = dt.timedelta(minutes=30)
AFTER = "etter"  # the key of the last row of the page before (tasks/queries/keyset.py)


@dataclass(frozen=True, slots=True)
class Place:
    """Which list somebody stands in, and what it shows: where they come back to."""

    name: str
    selection: Selection
    after: str = ""

    @property
    def query(self) -> str:
        return self.selection.query()

    @property
    def start(self) -> str:
        return f"{reverse(self.name)}?{self.query}"

    @property
    def address(self) -> str:
        return f"{self.start}&{AFTER}={self.after}" if self.after else self.start


def place_of(request: MemberRequest) -> Place:
    """From the form that was sent (`sted`, `utvalg`), which holds nothing but a filter; never an address."""
    name = "pool" if request.POST.get("sted") == "pool" else "task_list"
    return _place(name, QueryDict(request.POST.get("utvalg", "")), request.POST.get(AFTER, ""))


def _place(name: str, query: QueryDict, after: str) -> Place:
    found = Selection.from_query(query, who=NOBODY if name == "pool" else TEAM)
    key = parse_key(after)
    return Place(name, found, "" if key == BEGINNING else key_of(*key))


@require_safe
@requires(Permission.SEE_PATIENTS)
def task_list(request: MemberRequest) -> HttpResponse:
    """The team's open tasks, as the address asks."""
    return _list(request, _place("task_list", request.GET, request.GET.get(AFTER, "")))


@require_safe
@requires(Permission.SEE_PATIENTS)
def pool(request: MemberRequest) -> HttpResponse:
    """Open tasks that nobody holds: nothing may lie there unseen."""
    if not stands_in(request.member, oslo_date(timezone.now())):
        raise PermissionDenied("a leader is at work")
    return _list(request, _place("pool", request.GET, request.GET.get(AFTER, "")))


def refused_list(request: MemberRequest, place: Place, form: forms.Form) -> HttpResponse:
    """The list again with what was wrong, and what was ticked still ticked."""
    if not stands_in(request.member, oslo_date(timezone.now())):
        raise PermissionDenied("a leader is at work")
    return _list(request, place, form)


def _list(request: MemberRequest, place: Place, refused: forms.Form | None = None) -> HttpResponse:
    """At most eighteen queries, however many tasks and members."""
    by, today = request.member, oslo_date(timezone.now())
    tasks = place.selection.tasks(by, today)
    count, minutes = totals(tasks)
    rows, more = task_page(by, tasks, place.after)
    context = {
        "place": place,
        "pool_page": place.name == "pool",
        "count": count,
        "minutes": minutes,
        "lines": list_lines(rows, by=by, today=today, ticked=_ticked(refused)),
        "next": replace(place, after=more).address if more else "",
        **_people(request, place, refused, today),
        "most": MOST,
    }
    quietly = request.htmx.target == "tavle" or (refused is not None and request.htmx.target == "ark")
    template = "tasks/board_list.html" + ("#list" if quietly else "")
    answer = render(request, template, context, status=422 if refused else 200)
    if quietly:  # what was wrong stands in the list, not in the dialog that was asked for
        answer["HX-Retarget"], answer["HX-Reswap"] = "#tavle", "outerHTML"
    return answer


def _people(
    request: MemberRequest, place: Place, refused: forms.Form | None, today: dt.date
) -> dict[str, Any]:
    """Whose list it is, the filter's choices, and for who may change it: whom to give to, and what to undo."""
    by, who = request.member, place.selection.filter.who
    members = colleagues_ahead(by, today)
    known = {m.pk for m in members}
    gone = holders(by, {who} - known) if isinstance(who, int) else []
    week = place.selection.week(today)
    initial = {"hvem": who, "uke": str(week or ""), "type": place.selection.filter.kind}
    initial |= {"yrke": place.selection.filter.profession, "opphav": place.selection.filter.origin}
    choices = filter_choices([*members, *gone], list_kinds(), weeks_ahead(today), week)
    context: dict[str, Any] = {
        "heading": heading(place.selection, [*members, *gone], by=by, week=week),
        "filter": ListFilterForm(
            initial=initial | {"hard": place.selection.filter.hard}, choices=choices, auto_id="filter_%s"
        ),
        "shows_holder": who in (ME, TEAM),
    }
    if not stands_in(by, today):
        return context
    here = {m.pk: m for m in members if m.starts_on <= today}
    return context | {
        "may_change": True,
        "leads": may(by, Permission.ASSIGN_TASKS),
        "form": refused or WishForm(members=here, auto_id="samlet_%s"),
        "people": _this_week(by, here.values(), today),
        "latest": latest_change(by, since=timezone.now() - UNDO_AT_HAND),
    }


def _this_week(by: Member, here: Iterable[Member], today: dt.date) -> list[Receiver]:
    """Whom tasks can be given to, with the week at hand. Three queries."""
    minutes = minutes_ahead(by, today, time_ahead(by, today, weeks=1))
    return people(here, minutes, week_sums(by, today, weeks=1))


def _ticked(refused: forms.Form | None) -> frozenset[int]:
    data = getattr(refused, "cleaned_data", {}) if refused else {}
    return frozenset(data.get("task") or data.get("tasks") or ())
