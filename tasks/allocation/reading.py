"""Reading JSON with care: each value knows where it stands, and says so when it is not what it must be."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

LARGEST = 2**53  # whole numbers that every reader of JSON agrees on
MOST_MINUTES = 10_000
YEARS = range(1900, 2200)

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Faulty(ValueError):
    """The document does not say what a document must; the message begins with the place."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it stands; `absent` when nobody gave this optional key."""

    value: Any
    path: str = ""
    absent: bool = False

    def fault(self, what: str) -> NoReturn:
        raise Faulty(f"{self.path or 'document'}: {what}")

    def parts(self, *required: str, optional: Iterable[str] = ()) -> dict[str, Node]:
        """An object's values by key: all of `required`, perhaps some of `optional`, nothing else."""
        if not isinstance(self.value, dict):
            self.fault("must be an object")
        known = (*required, *optional)
        for key in self.value:
            if key not in known:
                self.at(key).fault("is not a key here; there are " + ", ".join(known))
        for key in required:
            if key not in self.value:
                self.at(key).fault("is missing")
        return {key: self.at(key) for key in known}

    def at(self, key: str) -> Node:
        path = f"{self.path}.{key}" if self.path else key
        return Node(self.value.get(key), path, key not in self.value)

    def each(self, read: Callable[[Node], T]) -> tuple[T, ...]:
        if not isinstance(self.value, list):
            self.fault("must be a list")
        return tuple(read(Node(each, f"{self.path}[{at}]")) for at, each in enumerate(self.value))

    def maybe(self, read: Callable[[Node], T]) -> T | None:
        """Read, unless it is absent or null."""
        return None if self.value is None else read(self)

    def whole(self, what: str = "a whole number", least: int = -LARGEST, most: int = LARGEST) -> int:
        if type(self.value) is not int or self.value < least:
            self.fault(f"must be {what}" + ("" if least == -LARGEST else f", {least} or more"))
        if self.value > most:
            self.fault(f"must be {what}, {most} or less")
        return self.value

    def minutes(self, least: int) -> int:
        return self.whole("a whole number of minutes", least, MOST_MINUTES)

    def day(self) -> dt.date:
        try:
            day = dt.date.fromisoformat(self.value)
        except (TypeError, ValueError):
            day = None
        if day is None or day.isoformat() != self.value or day.year not in YEARS:
            self.fault("must be a date such as 2026-11-23")
        return day

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fault("must be true or false")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.isprintable():
            self.fault("must be a text")
        return self.value

    def word(self, words: type[E]) -> E:
        try:
            return words(self.value)
        except ValueError:
            self.fault("must be one of " + ", ".join(words))


def parse(text: str) -> Node:
    """The top of a JSON text. Raises Faulty, also for a key that is given twice."""
    try:
        return Node(json.loads(text, object_pairs_hook=_without_twins))
    except json.JSONDecodeError as error:
        raise Faulty(f"line {error.lineno}, column {error.colno}: is not JSON ({error.msg})") from error
    except Faulty:
        raise
    except ValueError as error:  # thousands of digits, say; its words may quote the document
        raise Faulty("document: has a number that is too long") from error
    except RecursionError as error:
        raise Faulty("document: is nested too deeply") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Faulty(f"{next(k for k in keys if keys.count(k) > 1)}: is given twice in one object")
    return found
