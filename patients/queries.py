"""Reads about patients that span models."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from patients.changes import Corrected, corrected, member_ids
from patients.imports.codes import followed
from patients.imports.titles import title, titles
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
_DAY = re.compile(r"(?:(\d{2})(\d{2})|(\d{1,2})[./](\d{1,2})[./-]?)(\d{4}|\d{2})|(\d{4})-(\d{1,2})-(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Story:
    """What a patient's page shows of the patient, each part bounded."""

    conditions: list[Condition]
    medications: list[Any]
    identifiers: list[PatientIdentifier]
    accesses: list[PatientAccess] = field(default_factory=list)


def birth_dates(word: str, *, today: dt.date) -> tuple[dt.date, ...]:
    """The days that `01.02.1985`, `1.2.85`, `010285`, `1/2-85` or `1985-02-01` can mean; none for what is no date."""
    found = _DAY.fullmatch(word)
    if not found:
        return ()
    tight_day, tight_month, day, month, year, iso_year, iso_month, iso_day = found.groups()
    day, month, year = tight_day or day or iso_day, tight_month or month or iso_month, year or iso_year
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    days = []
    for candidate in years:
        try:
            days.append(dt.date(candidate, int(month), int(day)))
        except ValueError:
            continue
    return tuple(day for day in days if day <= today)


def patient_with_number(member: Member, number: str) -> Patient | None:
    """The clinic's patient with exactly this person number."""
    return (
        Patient.objects.visible_to(member)
        .filter(identifiers__system__in=[FNR_SYSTEM, DNR_SYSTEM], identifiers__value=number)
        .first()
    )


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
    return [corrected(change, members=members, titles={**titles(), **followed()}) for change in changes]


def conditions_to_add(patient: Patient) -> list[tuple[str, str]]:
    """Code and name of the conditions that the clinic follows and the patient does not have. Two queries."""
    own = FollowedCode.objects.filter(clinic_id=patient.clinic_id).values_list("icpc2", flat=True)
    names = {**{code: title(code) or code for code in own}, **followed()}
    has = set(patient.conditions.filter(ends_on__isnull=True).values_list("icpc2", flat=True))
    known = [(code, name) for code, name in names.items() if code not in has]
    return sorted(((code, f"{name} {code}") for code, name in known), key=lambda each: each[1].lower())


def might_be(member: Member, profession: Profession, today: dt.date, now_id: int | None) -> QuerySet[Member]:
    """Who can be a patient's doctor or nurse: who works here today, and whoever it is now."""
    rows = Member.objects.visible_to(member)
    there = rows.employed_on(today).filter(profession=profession).values("pk")
    return rows.filter(Q(pk__in=there) | Q(pk=now_id)).order_by("name")
