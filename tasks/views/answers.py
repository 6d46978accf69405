"""What a row's own verbs answer with: the row as it now stands, and beside it only what follows from that."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from tasks.filters import ME, Filter
from tasks.models import Task, TaskQuerySet
from tasks.presenters import Reader, Section, TaskLine, empty_sections, summed
from tasks.presenters.done import done_lines
from tasks.queries import (
    Done,
    Placed,
    WorkRow,
    day_at_hand,
    own_load,
    sums_and_first,
    usual_minutes,
    work_row,
)
from teams.calendar import oslo_date
from teams.middleware import MemberRequest
from teams.models import Member

_VISIT = re.compile(r"[a-z]+-\d{1,18}-\d{1,18}")  # as tasks/presenters/day.py names one


@dataclass(frozen=True)
class Desk:
    """A member's day as one request sees it: which tasks, on which day, when. What is asked twice is read once."""

    member: Member
    wanted: Filter
    now: dt.datetime

    @cached_property
    def today(self) -> dt.date:
        return oslo_date(self.now)

    @cached_property
    def at_hand(self) -> tuple[dt.date, int]:
        return day_at_hand(self.member, self.today)

    @property
    def day(self) -> dt.date:
        return self.at_hand[0]

    @cached_property
    def reader(self) -> Reader:
        return Reader(
            self.member, self.today, self.now, usual_minutes(self.member), several=self.wanted.who != ME
        )

    @property
    def tasks(self) -> TaskQuerySet:
        return self.wanted.apply(Task.objects.visible_to(self.member).open(), self.member, self.today)

    def sections(self, *, rows: int = 0) -> tuple[list[Section], list[Placed]]:
        """All sections with their sums, and so many first tasks of each that is not collapsed."""
        found = empty_sections(self.day, self.today)
        held, first = sums_and_first(self.tasks, self.day, self.today, rows=rows)
        summed(found, held, self.reader.usual, self.now)
        return found, first

    def load(self) -> dict[str, Any]:
        """The bar of the day, and what is done."""
        day, minutes = self.at_hand
        load, done = own_load(self.member, day, self.today, minutes)
        return {"load": load, "done_sum": done}


def row_answer(request: MemberRequest, task_id: int, *, error: str = "") -> HttpResponse:
    """The task's own row; on Min dag with the day's load and the sections' sums beside it. Nine queries at most.

    422, and what was typed, when nothing was changed. 404 for another clinic's task.
    """
    try:
        row = work_row(request.member, task_id)
    except Task.DoesNotExist:
        raise Http404 from None
    desk = Desk(request.member, where_it_stands(request) or Filter(), timezone.now())
    context = {
        "line": line_of(request, desk, row),
        "error": error,
        "typed": request.POST.get("minutes", "") if error else "",
    }
    status = 422 if error else 200
    if not request.htmx:
        return render(request, "tasks/task_refused.html", {**context, "task": row}, status=status)
    beside = {} if error else what_follows(request, desk, [row])
    return render(request, "tasks/my_day.html#answer", context | beside, status=status)


def line_of(request: MemberRequest, desk: Desk, row: WorkRow) -> TaskLine:
    """The row in words, still of the visit that it stood in on the page that asked."""
    line = desk.reader.line(row)
    line.of_visit = visit_of(request)
    return line


def visit_of(request: MemberRequest) -> str:
    """The visit that the row which asked stands in; '' for none."""
    sent = request.POST if request.method == "POST" else request.GET
    visit = sent.get("visit", "")
    return visit if _VISIT.fullmatch(visit) else ""


def what_follows(request: MemberRequest, desk: Desk, rows: list[WorkRow]) -> dict[str, Any]:
    """What else on Min dag changes with these rows; nothing on other pages, which have no place for it."""
    if where_it_stands(request) is None:
        return {}
    now = desk.now
    done = [
        Done(
            row.id,
            row.name,
            row.took or 0,
            now,
            row.patient_id,
            row.given_name,
            row.family_name,
            row.birth_date,
            now,
        )
        for row in rows
        if row.took
    ]
    return {
        "counts": desk.sections()[0],
        **desk.load(),
        "now_done": done_lines(done, now),
        "undone": [str(row.id) for row in rows if not row.took],
        "said": [desk.reader.line(row) for row in rows],
    }


def came_from(request: MemberRequest) -> str:
    """Path and query of the page that asked; '' when it is none of ours, or leads elsewhere."""
    try:
        path = (request.htmx.current_url_abs_path or "").split("#", maxsplit=1)[0]
    except ValueError:
        return ""
    return path if url_has_allowed_host_and_scheme(path, allowed_hosts=None) else ""


def where_it_stands(request: MemberRequest) -> Filter | None:
    """The filter of the Min dag that the row stands on, by the browser's address; None on any other page."""
    try:
        address = urlsplit(request.htmx.current_url or "")
    except ValueError:  # a browser's header may say anything
        return None
    if address.path != reverse("my_day"):
        return None
    return Filter.from_query(QueryDict(address.query))
