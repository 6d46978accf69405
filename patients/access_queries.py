"""The access log as it is read: what was opened and what was listed, in one order, the latest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from patients.models import Block, BreakGlass, Patient
from teams.calendar import DAY, midnight
from teams.models import Member

PAGE = 50
MOST_IN_A_FILE = 20_000
MOST_ON_PAPER = 2_000
OPENED, LISTED = 1, 2
MOST_ID = 2**63 - 1
BLOCKS, GLASSES = 200, 10


class Look(NamedTuple):
    """One row of the log. `patients` are those of a list; of what was opened it is the one."""

    at: dt.datetime
    source: int
    id: int
    member_id: int
    name: str
    profession: str
    access: str
    ground: str
    what: str
    patients: list[int]

    @property
    def key(self) -> str:
        """Where the next page begins: after this row."""
        return f"{self.at.isoformat()}~{self.source}~{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log is asked for. Lives in the address: numbers, days and words, never anybody's name."""

    member: int | None = None
    patient: int | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    ground: str = ""
    what: str = ""

    def query(self) -> str:
        told = {
            "hvem": self.member, "pasient": self.patient, "fra": self.starts_on, "til": self.ends_on,
            "grunnlag": self.ground, "hva": self.what,
        }  # fmt: skip
        return urlencode({name: value for name, value in told.items() if value})


# Each side reads no more than a page from its own index, so that a long log is as quick as a short one.
_SIDE = """
    SELECT l.at, {source} AS source, l.id, l.member_id, l.ground, l.what, {patients} AS patients
    FROM {table} l WHERE l.clinic_id = %(clinic)s {where}
    ORDER BY l.at DESC, l.id DESC LIMIT %(limit)s
"""
_LOG = """
    SELECT l.at, l.source, l.id, l.member_id, m.name, m.profession, m.access, l.ground, l.what, l.patients
    FROM (({opened}) UNION ALL ({listed})) l JOIN teams_member m ON m.id = l.member_id
    ORDER BY l.at DESC, l.source DESC, l.id DESC LIMIT %(limit)s
"""
_SIDES = (
    (OPENED, "patients_patientaccess", "ARRAY[l.patient_id]", "AND l.patient_id = %(patient)s"),
    (LISTED, "patients_listshown", "l.patients", "AND l.patients @> ARRAY[%(patient)s]::bigint[]"),
)


def log(clinic_id: int, wanted: Wanted, *, after: str = "", limit: int = PAGE) -> list[Look]:
    """So many rows of the clinic's log, the latest first; `after` is the key of the row before. One query.

    Nobody's after a key that is none.
    """
    told: dict[str, Any] = {"clinic": clinic_id, "limit": limit, **_asked(wanted)}
    where = "".join(f" {_WHERE[name]}" for name in told if name in _WHERE)
    if after:
        try:
            at, source, last = after.split("~")
            if int(source) not in (OPENED, LISTED):
                return []
            told |= {
                "at": dt.datetime.fromisoformat(at),
                "source": int(source),
                "last": min(int(last), MOST_ID),
            }
        except ValueError:
            return []
        where += " AND (l.at, {source}, l.id) < (%(at)s, %(source)s, %(last)s)"
    opened, listed = (
        _SIDE.format(
            source=source, patients=patients, table=table,
            where=where.format(source=source) + (f" {of_patient}" if wanted.patient else ""),
        )
        for source, table, patients, of_patient in _SIDES
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LOG.format(opened=opened, listed=listed), told)
        return [Look._make(row) for row in cursor.fetchall()]


_WHERE = {
    "member": "AND l.member_id = %(member)s",
    "starts": "AND l.at >= %(starts)s",
    "ends": "AND l.at < %(ends)s",
    "ground": "AND l.ground = %(ground)s",
    "what": "AND l.what ILIKE %(what)s",
}


def _asked(wanted: Wanted) -> dict[str, Any]:
    escaped = wanted.what.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    told = {
        "member": wanted.member,
        "patient": wanted.patient,
        "starts": midnight(wanted.starts_on) if wanted.starts_on else None,
        "ends": midnight(wanted.ends_on + DAY) if wanted.ends_on else None,
        "ground": wanted.ground,
        "what": f"%{escaped}%" if wanted.what else None,
    }
    return {name: value for name, value in told.items() if value}


def patients_by_id(reader: Member, ids: Iterable[int]) -> Mapping[int, Patient]:
    """Those that the reader may see. One query."""
    rows = Patient.objects.visible_to(reader).filter(pk__in=set(ids))
    return rows.only("given_name", "family_name", "birth_date").in_bulk()


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block with the names of those it is about, in order."""

    block: Block
    names: tuple[str, ...]
    in_force: bool


def block_lines(reader: Member, *, patient_id: int | None = None) -> list[BlockLine]:
    """The clinic's blocks (or one patient's), the latest first. Two queries, bounded."""
    rows = Block.objects.visible_to(reader).select_related("patient", "registered_by", "ended_by")
    if patient_id is not None:
        rows = rows.filter(patient=patient_id)
    found = list(rows.order_by("-pk")[:BLOCKS])
    ids = {pk for block in found for pk in block.members}
    names = dict(
        Member.objects.visible_to(reader).filter(pk__in=ids).order_by("name").values_list("pk", "name")
    )
    now = timezone.now()
    return [
        BlockLine(
            block, tuple(name for pk, name in names.items() if pk in block.members),
            block.ends_at is None or block.ends_at > now,
        )
        for block in found
    ]  # fmt: skip


def glasses(reader: Member) -> list[BreakGlass]:
    """Who broke the glass lately: one's own, whoever it was about is named only to whoever may see them. One query."""
    rows = BreakGlass.objects.visible_to(reader).filter(member=reader).order_by("-at")
    return list(rows[:GLASSES])


def open_glass(reader: Member, patient_id: int) -> BreakGlass | None:
    """The reader's own, as long as it lasts. One query."""
    rows = BreakGlass.objects.visible_to(reader).filter(member=reader, patient=patient_id)
    found: BreakGlass | None = rows.filter(until__gt=timezone.now()).order_by("-until").first()
    return found
