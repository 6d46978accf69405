"""What a list of patients can be narrowed by, and what its reasons count. Every function says its queries."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count

from patients.models import Condition
from tasks import need
from tasks.models import NeedPoints, Programme
from teams.models import Member, Profession


class Choices(NamedTuple):
    """(id, name) of programmes, doctors and nurses; of conditions the code and how many on the list have it."""

    programmes: list[tuple[int, str]]
    doctors: list[tuple[int, str]]
    nurses: list[tuple[int, str]]
    conditions: list[tuple[str, int]]


def choices(member: Member, *, conditions: bool = True) -> Choices:
    """Programmes that have been approved; doctors and nurses, those who have left too: they may still have
    patients. Three queries, two without the conditions.
    """
    programmes = Programme.objects.visible_to(member).exclude(state=Programme.State.PROPOSED)
    professions = (Profession.DOCTOR, Profession.NURSE)
    staff = list(
        Member.objects.visible_to(member)
        .filter(profession__in=professions)
        .values_list("profession", "id", "name")
    )
    return Choices(
        programmes=list(programmes.order_by("name").values_list("id", "name")),
        doctors=[(pk, name) for profession, pk, name in staff if profession == Profession.DOCTOR],
        nurses=[(pk, name) for profession, pk, name in staff if profession == Profession.NURSE],
        conditions=_conditions(member) if conditions else [],
    )


def _conditions(member: Member) -> list[tuple[str, int]]:
    on_list = {"patient__deceased_on__isnull": True, "patient__moved_on__isnull": True}
    lived_with = Condition.objects.visible_to(member).lived_with().filter(**on_list)
    return list(lived_with.values_list("icpc2").annotate(n=Count("pk")).order_by("icpc2"))


def need_points(member: Member) -> dict[str, int]:
    """What each reason counts in the member's clinic. One query."""
    own = NeedPoints.objects.visible_to(member).filter(reason__in=need.DEFAULT)
    return need.DEFAULT | dict(own.values_list("reason", "points"))


def own_points(member: Member) -> dict[str, NeedPoints]:
    """What the clinic has decided for itself, by reason, with who and when. One query."""
    own = NeedPoints.objects.visible_to(member).filter(reason__in=need.DEFAULT)
    return {row.reason: row for row in own.select_related("by")}
