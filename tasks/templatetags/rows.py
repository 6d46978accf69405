"""Rows of tasks and cells of the board, many at once (teams/pieces.py)."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from tasks.presenters import TaskLine
from tasks.presenters.board import Row
from tasks.presenters.patients import PatientLine
from tasks.presenters.picking import PickLine, Receiver
from teams.pieces import writer

register = template.Library()
# Of each, those of its values that its template asks about.
LINE = (
    "patient_url", "who", "of_visit", "took", "holder", "note", "why", "standing_text", "sign", "others",
)  # fmt: skip
PICK = ("patient_url", "started", "coming", "locked", "holder", "when", "why", "ticked")
PATIENT = ("gone", "late", "hint")
CELL = ("href", "share", "over", "width", "away")


@register.simple_tag(takes_context=True)
def task_rows(context: Context, lines: Iterable[TaskLine], oob: bool = False) -> SafeString:
    """`{% task_rows section.lines %}`: every line by row_one.html, visits headed by their patient."""
    token = str(context.get("csrf_token", ""))
    write = writer("tasks/row_one.html", LINE, token=token, oob=oob)
    head = writer("tasks/visit.html", (), token=token)
    written: list[str] = []
    for line in lines:
        if line.visit and not oob:
            written.append(head(line.visit))
        written.append(write(line))
    return mark_safe("".join(written))  # noqa: S308  # pieces of our templates, and values escaped


@register.simple_tag
def pick_rows(lines: Iterable[PickLine], may_change: bool, shows_holder: bool, pool: bool) -> SafeString:
    """Every line of a list to choose from, by board_row.html."""
    write = writer(
        "tasks/board_row.html", PICK, may_change=bool(may_change), shows_holder=bool(shows_holder), pool=bool(pool)
    )  # fmt: skip
    return mark_safe("".join(map(write, lines)))  # noqa: S308  # as above


@register.simple_tag
def board_lines(rows: Iterable[Row], links: bool) -> SafeString:
    """The board's lines: who by board_line_head.html, their weeks by board_cell.html, the rest by board_line_end.html."""
    head = writer("tasks/board_line_head.html", ("key", "note"), links=bool(links))
    cell = writer("tasks/board_cell.html", CELL, links=bool(links))
    end = writer("tasks/board_line_end.html", ("later_words", "late", "hard", "pressing"), links=bool(links))
    written = [text for row in rows for text in (head(row), *map(cell, row.cells), end(row))]
    return mark_safe("".join(written))  # noqa: S308  # as above


@register.simple_tag
def people_strip(people: Iterable[Receiver]) -> SafeString:
    """Everybody whom tasks can be given to, by board_person.html."""
    write = writer("tasks/board_person.html", ("share",))
    return mark_safe("".join(map(write, people)))  # noqa: S308  # as above


@register.simple_tag
def patient_rows(lines: Iterable[PatientLine]) -> SafeString:
    """A list's patients: who by patients_row_head.html, each ground of their need by patients_row_ground.html."""
    head, end = (
        writer("tasks/patients_row_head.html", PATIENT),
        writer("tasks/patients_row_end.html", ("hint",)),
    )
    ground = writer("tasks/patients_row_ground.html", ())
    written = [text for line in lines for text in (head(line), *map(ground, line["grounds"]), end(line))]
    return mark_safe("".join(written))  # noqa: S308  # as above
