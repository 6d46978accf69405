"""A closed week on paper. Pure but for typst."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reports.comparing import compared
from reports.definitions import DEFINITIONS
from reports.models import Bucket
from reports.movable import MovableGroup, movable_groups
from reports.paper import paper, table
from reports.presenters import (
    WorkRow,
    capacity_rows,
    from_hospital,
    kpis,
    span,
)
from reports.queries import Headline, Lines
from reports.suggesting import suggested
from teams.templatetags.fordel import minutes as in_words
from teams.templatetags.fordel import percent

# What the numbers of the first page mean, at the end.
_EXPLAINED = (
    "doctor_minutes",
    "movable",
    "preparable",
    "returnable",
    "followups_in_time",
    "overdue",
    "capacity",
    "hospital",
)


def week_pdf(clinic: str, trend: Sequence[Headline], lines: Lines) -> bytes:
    """The trend's last headline is the week itself. About twenty milliseconds."""
    this = trend[-1]
    told = {
        "title": _("Ukesrapport, uke %(n)d %(year)d") % {"n": this.week.number, "year": this.week.year},
        "clinic": clinic,
        "span": span(this.week),
        "closed": _("lukket %(at)s") % {"at": date_format(this.report.closed_at, "j. F Y")},
        "kpis": [
            {"name": str(kpi.definition.name), "value": kpi.value, "note": kpi.note} for kpi in kpis(this, trend[:-1])
        ],
        "tables": [
            *_changes(lines), *_numbers(trend), _capacity(lines), *map(_movable, movable_groups(lines.movable, lines.moves)), _work(lines),
        ],
        "meanings_title": _("Hva tallene betyr"),
        "meanings": [
            {"name": str(DEFINITIONS[name].name), "meaning": str(DEFINITIONS[name].meaning)} for name in _EXPLAINED
        ],
    }  # fmt: skip
    return paper(told)


def _changes(lines: Lines) -> list[dict[str, Any]]:
    """Nothing where nobody has looked for them yet."""
    found = suggested(lines.changes, [], may_draft=False)
    rows = [(each.title, each.why, each.minutes) for each in found]
    heading = (_("Endring"), _("Hvordan"), _("Legetid"))
    return [table(str(DEFINITIONS["changes"].name), heading, 2, rows)] if rows else []


def _numbers(trend: Sequence[Headline]) -> list[dict[str, Any]]:
    """A table a group of numbers: the week, the week before, and the average of those before."""
    heading = (_("Tall"), _("Uken"), _("Uken før"), _("Snitt"))
    return [
        table(
            str(group["name"]), heading, 1,
            [(str(row.definition.name), row.this, row.last, row.average) for row in group["rows"]],
        )
        for group in compared(trend[-1], trend[:-1])
    ]  # fmt: skip


def _capacity(lines: Lines) -> dict[str, Any]:
    rows = [
        (
            row.profession, in_words(row.line.capacity_minutes), in_words(row.line.task_minutes),
            percent(row.line.task_minutes, row.line.capacity_minutes),
        )
        for row in capacity_rows(lines.professions)
    ]  # fmt: skip
    return table(_("Kapasitet per yrke"), (_("Yrke"), _("Kapasitet"), _("Utført"), _("Utnyttelse")), 1, rows)


def _movable(group: MovableGroup) -> dict[str, Any]:
    heading = (_("Oppgavetype"), _("Hvem"), _("Regel"), _("Ganger"), _("Tid"))
    rows = [
        (
            row.kind, row.whose, row.rule, str(row.occasions),
            in_words(row.if_delegated if group.bucket == Bucket.DELEGABLE else row.minutes),
        )
        for row in group.rows
    ]  # fmt: skip
    name = f"{group.definition.name}: {in_words(group.minutes)}"
    return table(name, heading, 3, rows)


def _work(lines: Lines) -> dict[str, Any]:
    def cells(row: WorkRow) -> tuple[str, ...]:
        return row.name, row.who, row.rule, str(row.done), in_words(row.done_minutes)

    rows = [cells(row) for row in from_hospital(lines.work) if row.done]
    heading = (_("Oppgavetype"), _("Hvem gjorde det"), _("Returregel"), _("Ganger"), _("Tid"))
    return table(_("Arbeid fra sykehus"), heading, 3, rows)
