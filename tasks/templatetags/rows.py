"""Many task rows at once, from the same template as one.

A list of sixty rows is most of what Min dag costs to write: the template would look up some fifty words and values for
each. So it is rendered once for every shape of a row (which of its values there are), with marks where the values go,
and each row is then put together from those pieces. Values are escaped as a template escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.template.context import Context
from django.template.loader import get_template, render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from tasks.presenters import TaskLine

register = template.Library()
TEMPLATE = "tasks/row_one.html"
_MARK = re.compile("\x02(\\w+)\x03")
# Those of a line's values that the template asks for, and that may be empty.
MAY_BE_EMPTY = (
    "patient_url",
    "who",
    "of_visit",
    "took",
    "holder",
    "note",
    "why",
    "standing_text",
    "sign",
    "others",
)


class _Marks:
    """In a line's place while its shape is rendered: a mark for every value that there is."""

    def __init__(self, empty: frozenset[str]) -> None:
        self.empty = empty

    def __getitem__(self, name: str) -> str:
        return "" if name in self.empty else mark_safe(f"\x02{name}\x03")  # noqa: S308  # our own marks


@register.simple_tag(takes_context=True)
def task_rows(context: Context, lines: Iterable[TaskLine], oob: bool = False) -> SafeString:
    """`{% task_rows section.lines %}`: every line as TEMPLATE writes it, visits headed by their patient."""
    token = str(context.get("csrf_token", ""))
    language = get_language() or ""
    written: list[str] = []
    for line in lines:
        if line.visit and not oob:
            of_visit = {"visit": line.visit, "csrf_token": token}
            written.append(render_to_string("tasks/visit.html", of_visit))
        empty = frozenset(name for name in MAY_BE_EMPTY if not line[name])
        for piece, name in _pieces(empty, oob, language):
            written.append(piece)
            if name:
                written.append(escape(token if name == "csrf_token" else str(line[name])))
    return mark_safe("".join(written))  # noqa: S308  # pieces of our template, and values escaped above


@lru_cache(maxsize=512)
def _pieces(empty: frozenset[str], oob: bool, language: str) -> tuple[tuple[str, str], ...]:
    """What the template writes for this shape: (text, name of the value after it), the last with no name."""
    marks = _Marks(empty)
    text = get_template(TEMPLATE).render({"line": marks, "oob": oob, "csrf_token": marks["csrf_token"]})
    parts = [*_MARK.split(text), ""]
    return tuple(zip(parts[::2], parts[1::2], strict=True))
