"""Synthea's CSV: patients.csv, conditions.csv and medications.csv, older and newer column sets.

A person here is Synthea's own id. The column SSN is an American number, no personnummer: it is not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _

from patients.imports.codes import SNOMED, followed_code
from patients.imports.rows import (
    CONDITIONS,
    MEDICATIONS,
    PATIENTS,
    ConditionRow,
    Identifier,
    MedicationRow,
    PatientRow,
    Place,
    Row,
    RowError,
    Unmapped,
)
from patients.imports.values import Bad, birth_date, cut, deceased_on, period, required

SYSTEM = "https://github.com/synthetichealth/synthea"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_SEXES = {"f": "female", "m": "male", "": "unknown"}
_MARKS = (
    (PATIENTS, {"id", "birthdate", "deathdate", "first", "last", "gender"}),
    (MEDICATIONS, {"start", "stop", "patient", "code", "description", "dispenses"}),
    (CONDITIONS, {"start", "stop", "patient", "encounter", "code", "description"}),
)
# Synthea's procedures, careplans, … share conditions.csv's columns and have these besides.
_OTHERS = {"cost", "base_cost", "reasoncode", "value", "reactions", "type"}


def kind_of(names: tuple[str, ...]) -> str | None:
    """Which of the three files this heading belongs to."""
    columns = set(names)
    for kind, marks in _MARKS:
        if marks <= columns and not (kind == CONDITIONS and columns & _OTHERS):
            return kind
    return None


def parse(kind: str, place: Place, cells: dict[str, str], *, today: dt.date) -> Iterator[Row]:
    subject = Identifier(SYSTEM, cells["id" if kind == PATIENTS else "patient"].strip())
    try:
        required(subject.value, "id" if kind == PATIENTS else "patient", longest=80)
        if kind == PATIENTS:
            yield _patient(place, cells, subject, today)
        elif kind == CONDITIONS:
            yield _condition(place, cells, subject)
        else:
            yield _medication(place, cells, subject)
    except Bad as bad:
        yield RowError(kind, place, bad.column, bad.message, (subject,) if kind == PATIENTS else ())


def _patient(place: Place, cells: dict[str, str], subject: Identifier, today: dt.date) -> PatientRow:
    born = birth_date(cells["birthdate"], "birthdate", today=today)
    sex = _SEXES.get(cells["gender"].strip().lower())
    if sex is None:
        raise Bad("gender", _("Skriv F, M eller la feltet stå tomt."))
    return PatientRow(
        place=place,
        identifiers=(subject,),
        given_name=required(cells["first"], "first", longest=80),
        family_name=required(cells["last"], "last", longest=80),
        birth_date=born,
        sex=sex,
        deceased_on=deceased_on(cells["deathdate"], "deathdate", born=born, today=today),
    )


def _condition(place: Place, cells: dict[str, str], subject: Identifier) -> Row:
    code, name = required(cells["code"], "code", longest=40), cut(cells["description"], 200)
    starts_on, ends_on = period(cells["start"], cells["stop"], ("start", "stop"))
    icpc2 = followed_code(SNOMED, code)
    if icpc2 is None:
        return Unmapped(SNOMED, code, name)
    return ConditionRow(place, subject, icpc2, SNOMED, code, name, starts_on, ends_on)


def _medication(place: Place, cells: dict[str, str], subject: Identifier) -> MedicationRow:
    code = required(cells["code"], "code", longest=40)
    starts_on, ends_on = period(cells["start"], cells["stop"], ("start", "stop"))
    name = cut(cells["description"], 200) or code
    return MedicationRow(place, subject, RXNORM, code, name, starts_on, ends_on, in_use=ends_on is None)
