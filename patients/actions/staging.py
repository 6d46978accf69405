"""An import on its way into the database: rows are copied to temporary tables, then merged by set.

Nothing here loops over people. A batch of rows is held at a time, whatever the size of the import.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from patients.imports.patient_list import LIST
from patients.imports.rows import (
    CONDITIONS,
    ENCOUNTERS,
    MEDICATIONS,
    PATIENTS,
    ConditionRow,
    EncounterRow,
    Ignored,
    MedicationRow,
    PatientRow,
    Place,
    Row,
    RowError,
    Taken,
    Unmapped,
)
from patients.tally import Tally

BATCH = 5_000
_SQL = Path(__file__).resolve().parent.parent / "sql"
_COLUMNS = {
    "patient": "seq, file, row, given_name, family_name, birth_date, sex, list_doctor_id, deceased_on,"
    " deceased_exact, all_drugs_told",
    "identifier": "seq, system, value",
    "refused": "system, value",
    "condition": "seq, file, row, system, value, icpc2, source_system, source_code, source_text, starts_on, ends_on",
    "medication": "seq, file, row, system, value, source_system, source_code, text, starts_on, ends_on, in_use",
    "encounter": "seq, file, row, system, value, source_id, act_class, department, starts_at, ends_at",
}
FACTS = {"condition": CONDITIONS, "medication": MEDICATIONS, "encounter": ENCOUNTERS}


@cache
def _sql(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


class Stage:
    """One import's temporary tables, in the transaction and clinic scope that the caller has opened."""

    def __init__(
        self, cursor: CursorWrapper, *, clinic_id: int, doctors: dict[str, int | None], tally: Tally
    ) -> None:
        self._cursor = cursor
        self._params: dict[str, Any] = {"clinic": clinic_id, "list": LIST}
        self._doctors = doctors
        self._tally = tally
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        self._seq = self._held = 0
        self._run("stage")

    def add(self, row: Row) -> None:
        """Count a row and let it wait for its batch."""
        if isinstance(row, RowError):
            self._refuse(row)
        elif isinstance(row, Unmapped):
            self._tally.unmapped(row)
        elif isinstance(row, Ignored):
            self._tally.ignored(row.kind)
        elif isinstance(row, PatientRow):
            self._add_patient(row)
        else:
            self._add_fact(row)
        self._held += 1
        if self._held >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Copy what waits."""
        self._held = 0
        for table, rows in self._waiting.items():
            if rows:
                with self._cursor.copy(f"COPY stage_{table} ({_COLUMNS[table]}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
                rows.clear()

    def _add_patient(self, row: PatientRow) -> None:
        doctor = self._doctors.get(doctor_key(row.doctor)) if row.doctor else None
        if row.doctor and doctor is None and row.doctor_must_exist:
            known = doctor_key(row.doctor) in self._doctors
            message = (
                _("Flere leger på kontoret heter dette.")
                if known
                else _("Ingen lege på kontoret heter dette.")
            )
            self._refuse(RowError(PATIENTS, row.place, "fastlege", message, row.identifiers))
            return
        seq = self._next()
        self._tally.read(PATIENTS)
        self._waiting["patient"].append(
            (
                seq, *row.place, row.given_name, row.family_name, row.birth_date, row.sex, doctor,
                row.deceased_on, row.deceased_exact, row.all_drugs_told,
            )
        )  # fmt: skip
        self._waiting["identifier"] += [(seq, *identifier) for identifier in row.identifiers]

    def _add_fact(self, row: Taken) -> None:
        seq = self._next()
        head = (seq, *row.place, *row.subject) if not isinstance(row, PatientRow) else ()
        match row:
            case ConditionRow():
                self._tally.read(CONDITIONS)
                self._waiting["condition"].append(
                    (
                        *head,
                        row.icpc2,
                        row.source_system,
                        row.source_code,
                        row.source_text,
                        row.starts_on,
                        row.ends_on,
                    )
                )
            case MedicationRow():
                self._tally.read(MEDICATIONS)
                self._waiting["medication"].append(
                    (
                        *head,
                        row.source_system,
                        row.source_code,
                        row.text,
                        row.starts_on,
                        row.ends_on,
                        row.in_use,
                    )
                )
            case EncounterRow():
                self._tally.read(ENCOUNTERS)
                self._waiting["encounter"].append(
                    (*head, row.source_id, row.act_class, row.department, row.starts_at, row.ends_at)
                )

    def _refuse(self, error: RowError) -> None:
        self._tally.read(error.kind)
        self._tally.refuse(error)
        self._waiting["refused"] += error.refused

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    # --- when all rows are in

    def resolve(self) -> None:
        """Find out who is who, and refuse what cannot be taken in. Writes nothing that lasts."""
        self.flush()
        self._run("stage_indexes")
        while self._run("merge_people"):
            pass
        self._run("people")
        self._tally_faults()
        for table, kind in FACTS.items():
            self._cursor.execute(_sql("subjects").format(kind=table), self._params)
            self._cursor.execute(_sql("facts_refused").format(kind=table), self._params)
            for file, row, refused in self._rows():
                message = (
                    _("Pasienten er avvist.")
                    if refused
                    else _("Pasienten finnes verken i importen eller her.")
                )
                self._tally.refuse(RowError(kind, Place(file, row), "", message))
        self._run("encounters_elsewhere")
        for file, row in self._rows():
            message = _("Kontakten hører til en annen pasient.")
            self._tally.refuse(RowError(ENCOUNTERS, Place(file, row), "id", message))

    def _tally_faults(self) -> None:
        words = {
            "two_patients": _("Identifikatorene tilhører to ulike pasienter."),
            "two_birth_dates": _("Samme identifikator står på rader med ulik fødselsdato."),
            "another_person": _("Identifikatoren tilhører en pasient med annet navn og annen fødselsdato."),
        }
        self._cursor.execute(
            "SELECT p.file, p.row, s.fault FROM stage_patient p JOIN stage_person s USING (leader)"
            " WHERE s.fault IS NOT NULL"
        )
        for file, row, fault in self._rows():
            self._tally.refuse(RowError(PATIENTS, Place(file, row), "", words[fault]))

    def write(self, *, today: dt.date) -> None:
        """Merge into the clinic's tables."""
        self._params["today"] = today
        new = self._run("people_in")
        changed = self._run("people_changed")
        rows, persons = self._one(
            "SELECT coalesce(sum(rows), 0), count(*) FROM stage_person WHERE fault IS NULL"
        )
        self._tally.merged(PATIENTS, rows=rows, told=persons, new=new, changed=changed)
        self._run("identifiers_in")
        ended = self._run("medications_ended")
        for table, kind in FACTS.items():
            self._run(f"{table}s_in")
            rows, told, new, changed = self._cursor.fetchone()
            self._tally.merged(kind, rows=rows, told=told, new=new, changed=changed)
        self._tally.ended(
            rows=self._one("SELECT count(*) FROM stage_medication WHERE NOT in_use")[0], held=ended
        )

    def _run(self, name: str) -> int:
        """Run a file of statements; how many rows the last one touched."""
        for statement in filter(str.strip, _sql(name).split(";\n")):
            self._cursor.execute(statement, self._params if "%(" in statement else None)
        return int(self._cursor.rowcount)

    def _one(self, statement: str) -> tuple[int, ...]:
        self._cursor.execute(statement)
        return tuple(int(value) for value in self._cursor.fetchone())

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        while rows := self._cursor.fetchmany(BATCH):
            yield from rows


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
