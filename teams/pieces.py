"""Many alike pieces of a page, written from the same template as one of them.

Sixty rows are most of what a page costs to write: the template would look up some fifty words and values for each. So
it is rendered once for every shape of a row (which of its values there are), with marks where the values go, and each
row is then put together from those pieces. Values are escaped as a template escapes them.

Such a template takes plain strings and numbers by name from one variable, `each`, and asks of them only whether they
are empty; no filter may touch them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from typing import Any, Protocol

from django.template.loader import get_template
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

_MARK = re.compile("\x02(\\w+)\x03")


class Values(Protocol):
    """A row's values by name."""

    def __getitem__(self, name: str) -> Any: ...


class _Marks:
    """In a row's place while its shape is rendered: a mark for every value that there is."""

    def __init__(self, empty: frozenset[str]) -> None:
        self.empty = empty

    def __getitem__(self, name: str) -> str:
        return "" if name in self.empty else mark_safe(f"\x02{name}\x03")  # noqa: S308  # our own marks


def writer(
    template: str, may_be_empty: Sequence[str], *, token: str = "", **flags: bool
) -> Callable[[Values], str]:
    """A function that writes one row. `may_be_empty` names those of its values that the template asks about.

    `token` is `csrf_token` in the template, `flags` are what is so for the whole list. Raises KeyError or
    AttributeError for a value that the template names and the row has not.
    """
    language, of_list = get_language() or "", tuple(sorted(flags.items()))

    def write(each: Values) -> str:
        empty = frozenset([name for name in may_be_empty if not each[name]])
        written = []
        for piece, name in _pieces(template, empty, of_list, language):
            written.append(piece)
            if name:
                written.append(escape(token if name == "csrf_token" else str(each[name])))
        return "".join(written)

    return write


@lru_cache(maxsize=2048)
def _pieces(
    template: str, empty: frozenset[str], flags: tuple[tuple[str, bool], ...], language: str
) -> tuple[tuple[str, str], ...]:
    """What the template writes for this shape: (text, name of the value after it), the last with no name."""
    marks = _Marks(empty)
    text = get_template(template).render({"each": marks, "csrf_token": marks["csrf_token"], **dict(flags)})
    parts = [*_MARK.split(text), ""]
    return tuple(zip(parts[::2], parts[1::2], strict=True))
