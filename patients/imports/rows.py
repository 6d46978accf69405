"""What every format becomes: patients, what they live with, drugs, contacts; or why a row was refused.

Named tuples, not dataclasses: an import makes millions, and these cost a fifth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

# The system of names that mean something inside one import only, such as a FHIR resource id. Never stored.
LOCAL = "#"
# Stands for what no text can hold: a NUL, half a surrogate pair, a byte that is no letter in its encoding.
# A noncharacter, which the database can store: `values.text` refuses it, `values.cut` drops it.
UNREADABLE = "\uffff"


class Unreadable(Exception):
    """The import as a whole cannot be read. Its text is for the user and says nothing of a person."""


class Place(NamedTuple):
    """Where a row stands: file, and row as a spreadsheet counts it (a CSV header is row 1)."""

    file: str
    row: int


class Identifier(NamedTuple):
    system: str
    value: str


class PatientRow(NamedTuple):
    """`identifiers` are all names the row gives the patient, `LOCAL` ones among them.

    `doctor` is a name to be found among the clinic's doctors, `usual_nurse` among its nurses;
    `doctor_must_exist` refuses the row if either is not. `deceased_exact` is False for «dead, we are not told
    when»: the date is then the day of the import. `home_care` None: the row does not say.
    """

    place: Place
    identifiers: tuple[Identifier, ...]
    given_name: str
    family_name: str
    birth_date: dt.date
    sex: str
    doctor: str = ""
    doctor_must_exist: bool = False
    deceased_on: dt.date | None = None
    deceased_exact: bool = True
    # The row lists all drugs in use: one that is not there any more has ended.
    all_drugs_told: bool = False
    usual_nurse: str = ""
    home_care: bool | None = None
    moved_on: dt.date | None = None


class ConditionRow(NamedTuple):
    """A condition that we follow. `ends_on` None: the patient has it. `mistaken`: it ends if we hold it, or is nothing."""

    place: Place
    subject: Identifier
    icpc2: str
    source_system: str
    source_code: str
    source_text: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    mistaken: bool = False


class MedicationRow(NamedTuple):
    """A drug; `in_use` False ends one that we have, and brings in nothing."""

    place: Place
    subject: Identifier
    source_system: str
    source_code: str
    text: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    in_use: bool


class EncounterRow(NamedTuple):
    place: Place
    subject: Identifier
    source_id: str
    act_class: str
    department: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None


class Unmapped(NamedTuple):
    """A condition with a code that no programme follows: counted and named, not kept.

    `times`: how many rows told of it. Most conditions of a journal are such; they are counted where they are read.
    """

    system: str
    code: str
    text: str
    times: int = 1


class Ignored(NamedTuple):
    """A row that is none of our business. `kind` is one of `KINDS`, or a FHIR resource type."""

    kind: str


class RowError(NamedTuple):
    """A refused row. The message never repeats what the row says.

    `refused` are the names of a patient that cannot be taken in, so that what else the import tells of the
    patient is refused too: never half a patient.
    """

    kind: str
    place: Place
    column: str
    message: str
    refused: tuple[Identifier, ...] = ()


PATIENTS, CONDITIONS, MEDICATIONS, ENCOUNTERS = KINDS = (
    "patients",
    "conditions",
    "medications",
    "encounters",
)

Taken = PatientRow | ConditionRow | MedicationRow | EncounterRow
Row = Taken | Unmapped | Ignored | RowError
# A table's rows before they are read: row number, and cells if they are as many as in the heading.
Records = Iterator[tuple[int, list[str] | None]]
