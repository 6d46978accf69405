"""Reads about patients that span models."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from patients.changes import Corrected, corrected, member_ids
from patients.imports.codes import followed
from patients.models import (
    Condition,
    FollowedCode,
    Patient,
    PatientAccess,
    PatientChange,
    PatientIdentifier,
)
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
    """What a patient's page shows of the patient, each part bounded."""

    conditions: list[Condition]
    medications: list[Any]
    identifiers: list[PatientIdentifier]
    accesses: list[PatientAccess] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AccessPage:
    """`after`: the row that the next page begins after; None on the last."""

    rows: list[PatientAccess]
    after: int | None


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
    """What the patient lives with and is called, and who looked last. Four queries."""
    in_use = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    struck = F("struck_at").asc(nulls_first=True)
    return Story(
        conditions=list(patient.conditions.order_by(struck, F("ends_on").desc(nulls_first=True), "icpc2")),
        medications=list(patient.medications.filter(in_use).order_by(Lower("text"), "pk")),
        identifiers=list(patient.identifiers.order_by("system", "value")),
        accesses=list(_accesses(patient)[:LATEST]),
    )


def access_page(patient: Patient, *, after: int | None = None) -> AccessPage:
    """Who has looked, the latest first. Two queries at most; nobody after an unknown row."""
    rows = _accesses(patient)
    if after is not None:
        last = rows.filter(pk=after).first()
        earlier = Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk) if last else Q(pk=None)
        rows = rows.filter(earlier)
    found = list(rows[: PAGE + 1])
    return AccessPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def _accesses(patient: Patient) -> QuerySet[PatientAccess]:
    rows = PatientAccess.objects.filter(patient=patient, clinic_id=patient.clinic_id)
    return rows.select_related("member").order_by("-at", "-pk")


def corrections_of(patient: Patient) -> list[Corrected]:
    """The latest corrections, in words. Two queries."""
    rows = PatientChange.objects.filter(patient=patient, clinic_id=patient.clinic_id)
    return in_words(list(rows.select_related("by").order_by("-at", "-pk")[:PAGE]), patient.clinic_id)


def in_words(changes: list[PatientChange], clinic_id: int) -> list[Corrected]:
    """The changes in words, in their order. One query, or none."""
    wanted = member_ids(changes)
    names = Member.objects.filter(clinic_id=clinic_id, pk__in=wanted) if wanted else Member.objects.none()
    members = dict(names.values_list("pk", "name"))
    return [corrected(change, members=members, titles=followed()) for change in changes]


def conditions_to_add(patient: Patient) -> list[tuple[str, str]]:
    """Code and name of the conditions that the clinic follows and the patient does not have. Two queries."""
    own = FollowedCode.objects.filter(clinic_id=patient.clinic_id).values_list("icpc2", flat=True)
    names = {**{code: code for code in own}, **followed()}
    has = set(patient.conditions.filter(ends_on__isnull=True).values_list("icpc2", flat=True))
    known = [(code, name) for code, name in names.items() if code not in has]
    return sorted(((code, f"{name} {code}") for code, name in known), key=lambda each: each[1].lower())


def might_be(member: Member, profession: Profession, today: dt.date, now_id: int | None) -> QuerySet[Member]:
    """Who can be a patient's doctor or nurse: who works here today, and whoever it is now."""
    rows = Member.objects.visible_to(member)
    there = rows.employed_on(today).filter(profession=profession).values("pk")
    return rows.filter(Q(pk__in=there) | Q(pk=now_id)).order_by("name")
