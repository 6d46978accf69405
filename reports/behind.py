"""The tasks behind a number of a closed week, as they stand now."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models import Origin, Task, TaskQuerySet, TaskState
from teams.calendar import Week
from teams.models import Member, Profession

PAGE = 100


def _ended(week: Week) -> Q:
    return Q(ended_at__gte=week.starts_at, ended_at__lt=week.ends_at)


def _done_by_doctors(week: Week) -> Q:
    return _ended(week) & Q(state=TaskState.DONE, done_by__profession=Profession.DOCTOR)


def _overdue(week: Week) -> Q:
    open_then = Q(ended_at=None) | Q(ended_at__gte=week.ends_at)
    return open_then & Q(due_on__lte=week.sunday, opened_at__lt=week.ends_at)


def _hospital(week: Week) -> Q:
    return _ended(week) & Q(origin=Origin.HOSPITAL, state__in=[TaskState.DONE, TaskState.RETURNED])


def _missed(week: Week) -> Q:
    due = Q(due_on__gte=week.monday, due_on__lte=week.sunday, opened_at__lt=week.ends_at, hard=True)
    return due & ~Q(state__in=[TaskState.CANCELLED, TaskState.RETURNED])


# A number's name in the address, its heading, and which tasks it is about.
NUMBERS: dict[str, tuple[object, Callable[[Week], Q]]] = {
    "leger": (_("Utført av leger"), _done_by_doctors),
    "forfalt": (_("Forfalt ved ukeslutt"), _overdue),
    "sykehus": (_("Fra sykehus, utført eller returnert"), _hospital),
    "harde-frister": (_("Frister som ikke kan glippe"), _missed),
}


def behind(reader: Member, what: str, week: Week, kind: int | None) -> TaskQuerySet:
    """Those tasks of the reader's clinic, the newest first. Raises KeyError for a number that has none."""
    _name, where = NUMBERS[what]
    tasks: TaskQuerySet = Task.objects.visible_to(reader).filter(where(week))
    if kind is not None:
        tasks = tasks.filter(kind=kind)
    return tasks.select_related("kind", "done_by", "assignee").order_by("-id")
