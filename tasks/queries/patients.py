"""The clinic's patients as a list: which, in what order, and what stands in a row. Every function says its queries."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from patients.models import NameOrder
from tasks import need
from tasks.segment import BY_NEED, BY_NEXT, DECLINED, LACKING, NOBODY, RUNNING, Segment
from tasks.statements import statement
from teams.calendar import DAY, midnight
from teams.models import Member

PAGE = 50
MANY_DRUGS = 4
HOME_WITHIN = 30  # days: recently discharged
# In the very words that its index is made of.
BY_FAMILY, BY_GIVEN = (
    NameOrder.template % {"function": NameOrder.function, "expressions": f"pt.{column}"}
    for column in ("family_name", "given_name")
)


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed: `names` must all begin a part of the name; `born` is any of these days."""

    names: tuple[str, ...] = ()
    born: tuple[dt.date, ...] = ()


class Found(NamedTuple):
    """Ids in order, how many there are in all, and the key of the last (empty when there are no more)."""

    ids: list[int]
    total: int
    after: str


class PatientRow(NamedTuple):
    """One patient as a list shows them. `home_on`: back from hospital within `need.ADMITTED_WITHIN` days."""

    id: int
    given_name: str
    family_name: str
    birth_date: dt.date
    deceased_on: dt.date | None
    moved_on: dt.date | None
    institution_on: dt.date | None
    home_care: bool
    doctor: str | None
    nurse: str | None
    codes: list[str]
    programmes: list[str]
    next_due: dt.date | None
    on_time_until: dt.date | None
    last_done: dt.date | None
    running: bool
    drugs: int
    home_on: dt.date | None


def found(
    member: Member,
    segment: Segment,
    words: Words,
    *,
    today: dt.date,
    points: Mapping[str, int],
    after: str = "",
    limit: int | None = PAGE,
) -> Found:
    """The patients that the segment and the words leave, `limit` of them after the key (all: None). One query."""
    rank, last = _parse(after)
    asked = _days(member, today) | {"after": last, "rank": rank, "limit": limit and limit + 1}
    text = _statement(segment, words, asked, today=today, points=points)
    with connection.cursor() as cursor:
        cursor.execute(text, asked)
        page = cursor.fetchall()
    total = page[0][2]
    ids = [row[0] for row in page if row[0]]
    more = limit is not None and len(ids) > limit
    shown = ids[:limit]
    return Found(shown, total, f"{page[len(shown) - 1][1]}.{shown[-1]}" if more else "")


def rows(member: Member, ids: Collection[int], *, today: dt.date) -> list[PatientRow]:
    """These patients, in this order; those of another clinic are not among them. One query, none for no id."""
    if not ids:
        return []
    text = statement("patients_rows")
    for mark in ("standing", "drugs", "conditions", "stays"):
        of = "p.id" if mark == "drugs" else "p.patient_id"
        part = statement(f"patient_{mark}").replace("__OF__", f"{of} = ANY(%(ids)s)")
        text = text.replace(f"__{mark.upper()}__", part)
    text = text.replace("__OF__", "p.patient_id = ANY(%(ids)s)")
    with connection.cursor() as cursor:
        cursor.execute(text, _days(member, today) | {"ids": list(ids)})
        return [PatientRow._make(row) for row in cursor.fetchall()]


def _days(member: Member, today: dt.date) -> dict[str, Any]:
    since = today - need.ADMITTED_WITHIN * DAY
    return {
        "clinic": member.clinic_id, "today": today, "admitted": since, "admitted_from": midnight(since),
        "tomorrow": midnight(today + DAY), "home_since": today - HOME_WITHIN * DAY,
    }  # fmt: skip


def _parse(key: str) -> tuple[int, int | None]:
    """(rank, id) of the row that a key names; from the beginning for what is none."""
    rank, _dot, number = key.partition(".")
    try:
        return max(-(2**31), min(int(rank), 2**31 - 1)), min(int(number), 2**63 - 1)
    except ValueError:
        return 0, None


# What is asked about where: a part of the statement is there only when something needs it.
_ALIVE = "pt.deceased_on IS NULL AND pt.moved_on IS NULL"
# Later than the due date and its grace: a yearly check-up a week late is late for a task, not for a patient.
_OVERDUE = "coalesce(standing.on_time_until < %(today)s, false)"
_NEVER = "coalesce(standing.running AND standing.last_done IS NULL, false)"
_NEED = f"""CASE WHEN {_ALIVE} THEN -(
    %(condition)s * coalesce(conditions.conditions, 0)
    + CASE WHEN pt.birth_date <= %(born_85)s THEN %(age_85)s WHEN pt.birth_date <= %(born_75)s THEN %(age_75)s ELSE 0 END
    + CASE WHEN drugs.drugs >= 8 THEN %(drugs_8)s WHEN drugs.drugs >= 4 THEN %(drugs_4)s ELSE 0 END
    + CASE WHEN stays.home_on IS NOT NULL THEN %(admission)s ELSE 0 END
    + CASE WHEN {_OVERDUE} THEN %(overdue)s ELSE 0 END
    + CASE WHEN {_NEVER} THEN %(never)s ELSE 0 END
    + CASE WHEN pt.home_care THEN %(home_care)s ELSE 0 END) ELSE 0 END"""  # our own words
_RANKS = {
    BY_NEED: (_NEED, {"standing", "drugs", "conditions", "stays"}),
    BY_NEXT: ("coalesce(standing.next_due - date '2000-01-01', 2147483647)", {"standing"}),
}
# In the programme, or in any.
_PLANS = """SELECT p.patient_id FROM tasks_followupplan p WHERE p.clinic_id = %(clinic)s
    AND (%(programme)s::bigint IS NULL OR p.programme_id = %(programme)s)"""
# The programme, or an approved one, is for the patient, who has no plan in it.
_MEANT = """EXISTS (
        SELECT FROM tasks_programme pr
        WHERE pr.clinic_id = %(clinic)s AND pr.by_condition AND NOT pr.on_discharge
          AND (pr.id = %(programme)s OR %(programme)s::bigint IS NULL AND pr.state = 'approved')
          AND NOT EXISTS (
              SELECT FROM tasks_followupplan p
              WHERE p.patient_id = pt.id AND p.programme_id = pr.id AND p.ended_as NOT IN ('gone', 'set'))
          AND (conditions.codes && pr.icpc2
               OR cardinality(pr.icpc2) = 0 AND pr.min_drugs > 0 AND drugs.drugs >= pr.min_drugs))"""
_STANDING = {
    LACKING: f"{_ALIVE} AND pt.institution_on IS NULL AND {_MEANT}",
    DECLINED: f"pt.id IN ({_PLANS} AND p.state = 'declined')",
    RUNNING: f"pt.id IN ({_PLANS} AND p.state = 'active')",
}  # our own words, all of them
_FLAGS = {
    "overdue": (_OVERDUE, {"standing"}),
    "never": (_NEVER, {"standing"}),
    "many_drugs": (f"drugs.drugs >= {MANY_DRUGS}", {"drugs"}),
    "discharged": ("stays.home_on >= %(home_since)s", {"stays"}),
    "home_care": ("pt.home_care", set()),
    "institution": ("pt.institution_on IS NOT NULL", set()),
}
_NAMED = """(pt.family_name ILIKE %(begins_{0})s OR pt.given_name ILIKE %(begins_{0})s
    OR pt.family_name ILIKE %(within_{0})s OR pt.given_name ILIKE %(within_{0})s)"""


def _statement(
    segment: Segment, words: Words, asked: dict[str, Any], *, today: dt.date, points: Mapping[str, int]
) -> str:
    """The statement, with what it is given put into `asked`."""
    rank, needed = _RANKS.get(segment.order, ("0", set()))
    asked |= {**points, "born_75": need.born_by(75, today), "born_85": need.born_by(85, today)}
    clauses = [_whom(segment, words, asked)]
    for flag, (clause, parts) in _FLAGS.items():
        if getattr(segment, flag):
            clauses.append(clause)
            needed = needed | parts
    if segment.programme or segment.standing:
        asked |= {"programme": segment.programme}
        clauses.append(_STANDING[segment.standing or RUNNING])
        needed = needed | ({"conditions", "drugs"} if segment.standing == LACKING else set())
    ctes = [f"{name} AS MATERIALIZED ({statement(f'patient_{name}')})," for name in sorted(needed)]
    joins = [f"LEFT JOIN {name} ON {name}.patient_id = pt.id" for name in sorted(needed)]
    filled = {
        "WITH": "\n".join(ctes).replace("__OF__", "true"), "RANK": rank, "JOIN": " ".join(joins),
        "WHERE": " AND ".join(clauses),
        "FAMILY": BY_FAMILY, "GIVEN": BY_GIVEN,
        # By name the page is read off the index, and only counted beside it; a sum is made once for both.
        "HOW": "MATERIALIZED" if segment.order else "NOT MATERIALIZED",
    }  # fmt: skip
    whole = statement("patients_found")
    for mark, part in filled.items():
        whole = whole.replace(f"__{mark}__", part)
    return whole


def _whom(segment: Segment, words: Words, asked: dict[str, Any]) -> str:
    """Who is meant by what stands on the patient, or is typed."""
    clauses = ["true"] if segment.everybody else [_ALIVE]
    for n, name in enumerate(words.names):
        plain = re.sub(r"([\\%_])", r"\\\1", name)
        asked |= {f"begins_{n}": f"{plain}%", f"within_{n}": f"% {plain}%"}
        clauses.append(_NAMED.format(n))
    if words.born:
        asked["born"] = list(words.born)
        clauses.append("pt.birth_date = ANY(%(born)s)")
    if segment.conditions:
        asked["codes"] = list(segment.conditions)
        clauses.append(
            "pt.id IN (SELECT c.patient_id FROM patients_condition c WHERE c.clinic_id = %(clinic)s"
            " AND c.icpc2 = ANY(%(codes)s) AND c.ends_on IS NULL AND c.struck_at IS NULL)"
        )
    for column, who in (("list_doctor_id", segment.doctor), ("usual_nurse_id", segment.nurse)):
        if who == NOBODY:
            clauses.append(f"pt.{column} IS NULL")
        elif who:
            asked[column] = who
            clauses.append(f"pt.{column} = %({column})s")
    return " AND ".join(clauses)
