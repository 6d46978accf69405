"""Reads about patients that span models."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from patients.models import Condition, Encounter, Patient, PatientAccess, PatientIdentifier
from patients.personnummer import DNR_SYSTEM, FNR_SYSTEM
from teams.models import Member

PAGE = 50
LATEST = 10
_DAY = re.compile(r"(\d{2})\.?(\d{2})\.?(\d{4}|\d{2})|(\d{4})-(\d{2})-(\d{2})")


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


def patient_with_number(member: Member, number: str) -> Patient | None:
    """The clinic's patient with exactly this person number."""
    return (
        Patient.objects.visible_to(member)
        .filter(identifiers__system__in=[FNR_SYSTEM, DNR_SYSTEM], identifiers__value=number)
        .first()
    )


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
