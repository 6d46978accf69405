"""Synthea's CSV: patients.csv, conditions.csv and medications.csv, older and newer column sets.

A person here is Synthea's own id. The column SSN is an American number, no personnummer: it is not read.
"""

from __future__ import annotations

import datetime as dt
from operator import itemgetter

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
    Records,
    Row,
    RowError,
    Unmapped,
)
from patients.imports.values import Bad, Remembered, birth_date, cut, deceased_on, period, required

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


_COLUMNS = {
    PATIENTS: ("id", "birthdate", "deathdate", "first", "last", "gender"),
    CONDITIONS: ("code", "description", "patient", "start", "stop"),
    MEDICATIONS: ("code", "description", "patient", "start", "stop"),
}
# Of codes that no programme follows, so many are held before they are told.
_HELD = 1_000


class Reader:
    """Reads the rows of one of the three files. Nineteen conditions of twenty are not followed: counted first."""

    def __init__(
        self,
        kind: str,
        names: tuple[str, ...],
        file: str,
        *,
        today: dt.date,
        also: frozenset[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self._pick = itemgetter(*(names.index(name) for name in _COLUMNS[kind]))
        self._file = file
        self._today = today
        self._followed = Remembered(
            lambda code: followed_code(SNOMED, required(code, "code", longest=40), also)
        )
        # Codes that nobody follows: how often since they were last told, and the name that came with the first.
        self._unmapped: dict[str, int] = {}
        self._called: dict[str, str] = {}
        self._code = names.index("code") if kind == CONDITIONS else None

    def worth_reading(self, rows: Records) -> Records:
        """The rows that `read` has to look at; the others are counted as they pass."""
        if self._code is None:
            yield from rows
            return
        code, counted = self._code, self._unmapped
        for numbered in rows:
            cells = numbered[1]
            if cells is not None and cells[code] in counted:
                counted[cells[code]] += 1
            else:
                yield numbered

    def read(self, row: int, cells: list[str], into: list[Row]) -> None:
        picked: tuple[str, ...] = self._pick(cells)
        try:
            if self.kind == CONDITIONS:
                self._condition(row, picked, into)
            elif self.kind == PATIENTS:
                into.append(_patient(Place(self._file, row), picked, self._today))
            else:
                into.append(_medication(Place(self._file, row), picked))
        except Bad as bad:
            refused = _names(picked[0]) if self.kind == PATIENTS else ()
            into.append(RowError(self.kind, Place(self._file, row), bad.column, bad.message, refused))

    def rest(self) -> list[Row]:
        """What has been counted and not told."""
        told: list[Row] = [
            Unmapped(SNOMED, cut(code, 40), cut(self._called[code], 200), times)
            for code, times in self._unmapped.items()
        ]
        self._unmapped.clear()
        self._called.clear()
        return told

    def _condition(self, row: int, picked: tuple[str, ...], into: list[Row]) -> None:
        code, name, patient, start, stop = picked
        icpc2 = self._followed[code]
        if icpc2 is None:
            self._unmapped[code], self._called[code] = 1, name
            if len(self._unmapped) >= _HELD:
                into.extend(self.rest())
            return
        starts_on, ends_on = period(start, stop, ("start", "stop"))
        subject = _subject(patient, "patient")
        into.append(
            ConditionRow(
                Place(self._file, row),
                subject,
                icpc2,
                SNOMED,
                code.strip(),
                cut(name, 200),
                starts_on,
                ends_on,
            )
        )


def _subject(name: str, column: str) -> Identifier:
    return Identifier(SYSTEM, required(name, column, longest=80))


def _names(name: str) -> tuple[Identifier, ...]:
    """What a refused row calls its patient, as far as it can be read."""
    try:
        return (_subject(name, "id"),)
    except Bad:
        return ()


def _patient(place: Place, picked: tuple[str, ...], today: dt.date) -> PatientRow:
    name, born, died, given, family, gender = picked
    subject = _subject(name, "id")
    birth = birth_date(born, "birthdate", today=today)
    sex = _SEXES.get(gender.strip().lower())
    if sex is None:
        raise Bad("gender", _("Skriv F, M eller la feltet stå tomt."))
    return PatientRow(
        place=place,
        identifiers=(subject,),
        given_name=required(given, "first", longest=80),
        family_name=required(family, "last", longest=80),
        birth_date=birth,
        sex=sex,
        deceased_on=deceased_on(died, "deathdate", born=birth, today=today),
    )


def _medication(place: Place, picked: tuple[str, ...]) -> MedicationRow:
    code, name, patient, start, stop = picked
    code, subject = required(code, "code", longest=40), _subject(patient, "patient")
    starts_on, ends_on = period(start, stop, ("start", "stop"))
    return MedicationRow(
        place, subject, RXNORM, code, cut(name, 200) or code, starts_on, ends_on, ends_on is None
    )
