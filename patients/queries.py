"""Reads about patients that span models."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from patients.imports.codes import followed
from patients.models import Condition, Encounter, Patient, PatientAccess, PatientIdentifier
from patients.personnummer import DNR_SYSTEM, FNR_SYSTEM
from teams.models import Member, Profession

PAGE = 50
LATEST = 10
_DAY = re.compile(r"(\d{2})\.?(\d{2})\.?(\d{4}|\d{2})|(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which patients a list shows. `names` must all begin a part of the name; `born` is any of these days."""

    names: tuple[str, ...] = ()
    born: tuple[dt.date, ...] = ()
    conditions: tuple[str, ...] = ()
    doctor_id: int | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: the patient whom the next page begins after; None on the last."""

    patients: list[Patient]
    total: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """What a patient's page shows, each part bounded."""

    conditions: list[Condition]
    medications: list[Any]
    encounters: list[Encounter]
    encounter_count: int
    identifiers: list[PatientIdentifier]
    accesses: list[PatientAccess] = field(default_factory=list)
    access_count: int = 0


def birth_dates(word: str, *, today: dt.date) -> tuple[dt.date, ...]:
    """The days that `01.02.1985`, `010285` or `1985-02-01` can mean; none for what is no date."""
    found = _DAY.fullmatch(word)
    if not found:
        return ()
    day, month, year, iso_year, iso_month, iso_day = found.groups()
    if iso_year:
        day, month, year = iso_day, iso_month, iso_year
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    days = []
    for candidate in years:
        try:
            days.append(dt.date(candidate, int(month), int(day)))
        except ValueError:
            continue
    return tuple(day for day in days if day <= today)


def patient_page(member: Member, wanted: Wanted, *, after: int | None = None) -> Page:
    """One page of the clinic's patients, in Norwegian alphabetical order. Four queries at most."""
    rows = _matching(Patient.objects.visible_to(member), wanted)
    total = rows.count()
    if after is not None:
        rows = rows.after(Patient.objects.visible_to(member).in_name_order().filter(pk=after).first())
    conditions = Condition.objects.lived_with().order_by("icpc2")
    page = list(
        rows.in_name_order()
        .select_related("list_doctor")
        .prefetch_related(Prefetch("conditions", conditions, to_attr="current_conditions"))[: PAGE + 1]
    )
    return Page(page[:PAGE], total, page[PAGE - 1].pk if len(page) > PAGE else None)


def _matching(rows: Any, wanted: Wanted) -> Any:
    if not wanted.everybody:
        rows = rows.on_list()
    for name in wanted.names:
        rows = rows.filter(
            Q(family_name__istartswith=name)
            | Q(given_name__istartswith=name)
            | Q(family_name__icontains=f" {name}")
            | Q(given_name__icontains=f" {name}")
        )
    if wanted.born:
        rows = rows.filter(birth_date__in=wanted.born)
    if wanted.conditions:
        having = Condition.objects.lived_with().filter(icpc2__in=wanted.conditions)
        rows = rows.filter(pk__in=having.values("patient_id"))
    if wanted.doctor_id is not None:
        rows = rows.filter(list_doctor_id=wanted.doctor_id)
    return rows


def patient_with_number(member: Member, number: str) -> Patient | None:
    """The clinic's patient with exactly this person number."""
    return (
        Patient.objects.visible_to(member)
        .filter(identifiers__system__in=[FNR_SYSTEM, DNR_SYSTEM], identifiers__value=number)
        .first()
    )


def condition_choices(member: Member) -> list[tuple[str, str]]:
    """ICPC-2 code and our name of what the clinic's patients live with, with how many have it."""
    counted = (
        Condition.objects.visible_to(member)
        .lived_with()
        .filter(patient__deceased_on__isnull=True, patient__moved_on__isnull=True)
        .values_list("icpc2")
        .annotate(n=Count("pk"))
        .order_by("icpc2")
    )
    return [(code, f"{followed().get(code, '')} {code} ({n})".strip()) for code, n in counted]


def list_doctors(member: Member) -> QuerySet[Member]:
    """The clinic's doctors, those who have left too: they may still have patients."""
    return Member.objects.visible_to(member).filter(profession=Profession.DOCTOR)


def story(patient: Patient, *, today: dt.date) -> Story:
    """Everything on the patient's page but the follow-up. Seven queries."""
    encounters = patient.encounters.order_by("-starts_at", "-pk")
    accesses = patient.accesses.select_related("member").order_by("-at", "-pk")
    in_use = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Story(
        conditions=list(patient.conditions.order_by("-ends_on", "icpc2")),
        medications=list(patient.medications.filter(in_use).order_by(Lower("text"), "pk")),
        encounters=list(encounters[:LATEST]),
        encounter_count=encounters.count(),
        identifiers=list(patient.identifiers.order_by("system", "value")),
        accesses=list(accesses[:LATEST]),
        access_count=accesses.count(),
    )
