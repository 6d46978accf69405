"""An import on its way into the database: rows are copied to temporary tables, then merged by set.

Nothing here loops over people. A batch of rows is held at a time, whatever the size of the import. First it is
decided by statements what is to become of every row (`resolve`, `_decide`); a preview tells of that, a write does
it, so that the two cannot differ.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.imports.patient_list import LIST
from patients.imports.rows import (
    CONDITIONS,
    ENCOUNTERS,
    MEDICATIONS,
    PATIENTS,
    ConditionRow,
    EncounterRow,
    Identifier,
    MedicationRow,
    PatientRow,
    Place,
    Row,
    RowError,
    Unmapped,
)
from patients.tally import Tally

BATCH = 5_000
# Of each fate, what a preview keeps row by row; the counts are of all.
CHANGES_KEPT = 10_000
_SQL = Path(__file__).resolve().parent.parent / "sql"
_ABOUT = "seq, file, row, about, system, value"
_COLUMNS = {
    "patient": "seq, file, row, given_name, family_name, birth_date, sex, list_doctor_id, usual_nurse_id,"
    " home_care, deceased_on, deceased_exact, moved_on, all_drugs_told",
    "identifier": "seq, system, value",
    "refused": "system, value",
    "condition": f"{_ABOUT}, icpc2, source_system, source_code, source_text, starts_on, ends_on, mistaken",
    "medication": f"{_ABOUT}, source_system, source_code, text, starts_on, ends_on, in_use",
    "encounter": f"{_ABOUT}, source_id, act_class, department, starts_at, ends_at",
}
FACTS = {"condition": CONDITIONS, "medication": MEDICATIONS, "encounter": ENCOUNTERS}
# Field by field what would change; what people have corrected that no import has changed since.
_PARTS = ("differences", "corrected")
_NOWHERE = Place("", 0)
_DOCTOR_WRONG = (
    gettext_noop("Ingen lege på kontoret heter dette."), gettext_noop("Flere leger på kontoret heter dette."),
)  # fmt: skip
_NURSE_WRONG = (
    gettext_noop("Ingen sykepleier på kontoret heter dette."),
    gettext_noop("Flere sykepleiere på kontoret heter dette."),
)
# What a preview calls that which an import would change of a patient.
_FIELDS = {
    "given_name": gettext_noop("navn"), "family_name": gettext_noop("navn"), "birth_date": gettext_noop("født"),
    "sex": gettext_noop("kjønn"), "list_doctor": gettext_noop("fastlege"),
    "usual_nurse": gettext_noop("fast sykepleier"), "home_care": gettext_noop("hjemmesykepleie"),
    "deceased_on": gettext_noop("død"), "moved_on": gettext_noop("ute av listen"),
    "conditions": gettext_noop("tilstander"), "medications": gettext_noop("legemidler"),
    "encounters": gettext_noop("kontakter"),
}  # fmt: skip


@cache
def _statements(name: str, kind: str = "") -> tuple[str, ...]:
    """A file's statements. `{about}` is whom each row of the kind is about; _PARTS say what they are."""
    text = _text(name)
    parts = {"about": _text("about").format(kind=kind), **{part: _text(part) for part in _PARTS}}
    return tuple(statement.format(kind=kind, **parts) for statement in text.split(";\n") if statement.strip())


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


class Stage:
    """One import's temporary tables, in the transaction and clinic scope that the caller has opened.

    `whole_list`: whoever of the clinic's patients the import lacks is off the list. Then `add` every row,
    `resolve`, and either `preview` or `write`.
    """

    def __init__(
        self,
        cursor: CursorWrapper,
        *,
        clinic_id: int,
        doctors: Mapping[str, int | None],
        tally: Tally,
        nurses: Mapping[str, int | None] | None = None,
        whole_list: bool = False,
    ) -> None:
        self._cursor = cursor
        self._params: dict[str, Any] = {"clinic": clinic_id, "list": LIST}
        self._doctors, self._nurses = doctors, nurses or {}
        self._whole_list = whole_list
        self._tally = tally
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        self._seq = self._held = 0
        # The last patient: its place and number. Facts of the same row are about nobody else.
        self._place, self._about = _NOWHERE, 0
        self._mistakes = False
        self._run("stage")

    def add(self, row: Row) -> None:
        """Count a row and let it wait for its batch."""
        if isinstance(row, ConditionRow):
            self._waiting["condition"].append(self._whom(row.place, row.subject) + row[2:])
            self._mistakes |= row.mistaken
        elif isinstance(row, PatientRow):
            self._add_patient(row)
        elif isinstance(row, MedicationRow):
            self._waiting["medication"].append(self._whom(row.place, row.subject) + row[2:])
        elif isinstance(row, EncounterRow):
            self._waiting["encounter"].append(self._whom(row.place, row.subject) + row[2:])
        elif isinstance(row, RowError):
            self._refuse(row)
        elif isinstance(row, Unmapped):
            self._tally.unmapped(row)
        else:
            self._tally.ignored(row.kind)
        self._held += 1
        if self._held >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Copy what waits."""
        self._held = 0
        for table, kind in (("patient", PATIENTS), *FACTS.items()):
            self._tally.read(kind, len(self._waiting[table]))
        for table, rows in self._waiting.items():
            if rows:
                with self._cursor.copy(f"COPY stage_{table} ({_COLUMNS[table]}) FROM STDIN") as copy:
                    write = copy.write_row
                    for row in rows:
                        write(row)
                rows.clear()

    def _add_patient(self, row: PatientRow) -> None:
        doctor, wrong = _member(self._doctors, row.doctor, _DOCTOR_WRONG)
        nurse, wrong_nurse = _member(self._nurses, row.usual_nurse, _NURSE_WRONG)
        if row.doctor_must_exist and (wrong or wrong_nurse):
            column = "fastlege" if wrong else "fast sykepleier"
            self._refuse(RowError(PATIENTS, row.place, column, _(wrong or wrong_nurse), row.identifiers))
            return
        self._seq = seq = self._seq + 1
        self._place, self._about = row.place, seq
        self._waiting["patient"].append(
            (
                seq, *row.place, row.given_name, row.family_name, row.birth_date, row.sex, doctor, nurse,
                row.home_care, row.deceased_on, row.deceased_exact, row.moved_on, row.all_drugs_told,
            )
        )  # fmt: skip
        self._waiting["identifier"] += [(seq, *identifier) for identifier in row.identifiers]

    def _whom(self, place: Place, subject: Identifier) -> tuple[Any, ...]:
        """How a fact begins: its number and place, and the patient of its row or whom it names."""
        self._seq = seq = self._seq + 1
        if place == self._place:
            return (seq, *place, self._about, None, None)
        return (seq, *place, None, *subject)

    def _refuse(self, error: RowError) -> None:
        self._tally.read(error.kind)
        self._tally.refuse(error)
        self._waiting["refused"] += error.refused

    # --- when all rows are in

    def resolve(self) -> None:
        """Find out who is who, and refuse what cannot be taken in. Writes nothing that lasts."""
        self.flush()
        self._run("same_people")
        while self._run("merge_people"):
            while self._run("merge_leaders"):
                pass
        self._run("people")
        self._tally_faults()
        if self._mistakes:
            self._tally.nothing(CONDITIONS, self._run("mistakes", "condition"))
        for kind, told in FACTS.items():
            self._run("facts_refused", kind)
            for file, row, refused in self._rows():
                message = (
                    _("Pasienten er avvist.")
                    if refused
                    else _("Pasienten finnes verken i importen eller her.")
                )
                self._tally.refuse(RowError(told, Place(file, row), "", message))
        self._run("encounters_elsewhere", "encounter")
        for file, row in self._rows():
            message = _("Kontakten hører til en annen pasient.")
            self._tally.refuse(RowError(ENCOUNTERS, Place(file, row), "id", message))

    def _tally_faults(self) -> None:
        words = {
            "two_patients": _("Identifikatorene tilhører to ulike pasienter."),
            "two_birth_dates": _("Samme identifikator står på rader med ulik fødselsdato."),
            "another_person": _("Identifikatoren tilhører en pasient med annet navn og annen fødselsdato."),
        }
        self._run("faults")
        for file, row, fault in self._rows():
            self._tally.refuse(RowError(PATIENTS, Place(file, row), "", words[fault]))

    def preview(self, *, run_id: int, today: dt.date) -> None:
        """Count what a write would do now, and note which rows and patients it concerns. Changes no patient."""
        self._params |= {"most": CHANGES_KEPT, "words": json.dumps({k: _(v) for k, v in _FIELDS.items()})}
        self._decide(run_id, today)
        self._run("preview")

    def write(self, *, run_id: int, today: dt.date) -> None:
        """Merge into the clinic's tables."""
        self._decide(run_id, today)
        for name in ("people_in", *(f"{kind}s_in" for kind in FACTS)):
            self._run(name)

    def gone_unseen(self) -> int:
        """How many of those whom `write` takes off the list the preview did not show."""
        self._run("gone_unseen")
        return int(self._cursor.fetchone()[0])

    def _decide(self, run_id: int, today: dt.date) -> None:
        """What is to become of every patient and fact, and the count of it."""
        self._params |= {"run": run_id, "today": today}
        self._run("people_told")
        if self._whole_list:
            self._run("people_gone")
        self._run("people_counted")
        rows, told, new, changed, gone = self._cursor.fetchone()
        self._tally.merged(PATIENTS, rows=rows, told=told, new=new, changed=changed)
        self._tally.gone(gone)
        for kind, name in FACTS.items():
            self._run(f"{kind}s_told", kind)
            self._run("facts_counted", kind)
            rows, told, new, changed = self._cursor.fetchone()
            self._tally.merged(name, rows=rows, told=told, new=new, changed=changed)
        self._run("medications_ended", "medication")
        self._run("ended_counted", "medication")
        ended, held = self._cursor.fetchone()
        self._tally.ended(rows=ended, held=held)
        self._run("kept_counted")
        self._tally.kept(self._cursor.fetchone()[0])

    def _run(self, name: str, kind: str = "") -> int:
        """Run a file of statements; how many rows the last one touched."""
        for statement in _statements(name, kind):
            self._cursor.execute(statement, self._params if "%(" in statement else None)
        return int(self._cursor.rowcount)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        while rows := self._cursor.fetchmany(BATCH):
            yield from rows


def _member(members: Mapping[str, int | None], name: str, wrong: tuple[str, str]) -> tuple[int | None, str]:
    """Whom a name means, or why nobody can be said: `wrong` is for an unknown name, and for a shared one."""
    if not name:
        return None, ""
    key = doctor_key(name)
    found = members.get(key)
    return found, "" if found else wrong[key in members]


@lru_cache(maxsize=5_000)
def doctor_key(name: str) -> str:
    """«Dr. Holm, Hanne» and «Hanne Holm» are one."""
    words = name.casefold().replace(".", " ").removeprefix("dr ").removeprefix("lege ")
    family, comma, given = words.partition(",")
    return " ".join((f"{given} {family}" if comma else words).split())


def doctors_by_name(names: Iterable[tuple[str, int]]) -> dict[str, int | None]:
    """Member ids by `doctor_key`; None for a name that two doctors share."""
    found: dict[str, int | None] = {}
    for name, member_id in names:
        key = doctor_key(name)
        found[key] = None if key in found else member_id
    return found
