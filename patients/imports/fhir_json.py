"""JSON from strangers: lines of NDJSON, and one object of any size whose `entry` is handed out bit by bit.

Nothing is guessed: a field that stands twice, a number that JSON has no name for, or one that no machine holds
makes the resource it stands in unreadable, and only that.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _

from patients.imports.rows import Unreadable

# One resource with an embedded document may be large. What is larger still is none.
LARGEST = 8 * 2**20
_CHUNK = 2**20
_SPACE = " \t\r\n"


class Wrong(Exception):
    """What is wrong with a piece of JSON, in words."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(_("Samme felt står to ganger."))
    return found


def _finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise ValueError(_("Et tall er for stort."))
    return value


def _whole(number: str) -> int:
    if len(number) > 20:
        raise ValueError(_("Et tall er for stort."))
    return int(number)


def _no_number(name: str) -> None:
    raise ValueError(_("Et tall er ikke et tall."))


_STRICT = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_finite, parse_int=_whole, parse_constant=_no_number
)
# Finds the end of what the strict one has refused.
_LENIENT = json.JSONDecoder(parse_float=len, parse_int=len, parse_constant=len)


def load(text: str) -> Any:
    """One value. Raises Wrong."""
    try:
        return _STRICT.decode(text)
    except (json.JSONDecodeError, RecursionError):
        raise Wrong(_("Linjen er ikke en FHIR-ressurs.")) from None
    except ValueError as error:
        raise Wrong(str(error)) from None


class Document:
    """One JSON object, read as it comes: `entries` hands out the members of its `entry`, `head` is all else.

    No more than one entry is held. Raises Unreadable where the text stops being JSON, for after that nobody can
    say where the next entry begins.
    """

    def __init__(self, text: IO[str], file: str) -> None:
        self.head: dict[str, Any] = {}
        self._span = 0, 0
        self._text = text
        self._file = file
        self._buffer = ""
        self._at = 0
        self._kept = 0  # what `head` has come to, in characters

    @property
    def raw(self) -> str:
        """The entry that was handed out last, as it is written."""
        start, end = self._span
        return self._buffer[start:end]

    def entries(self) -> Iterator[Any]:
        """Each entry; an instance of Wrong for one that is JSON, and not to be read. Ends with the object."""
        self._expect("{")
        while self._next() != "}":
            key = self._value()
            self._expect(":")
            if key == "entry" and self._next() == "[":
                yield from self._members()
            elif isinstance(key, str) and key not in self.head and self._kept < LARGEST:
                self.head[key] = self._value()
            else:
                raise self._broken()
            if self._next() not in (",", "}"):
                raise self._broken()
            if self._next() == ",":
                self._at += 1
        self._at += 1
        if self._next():
            raise self._broken()

    def _members(self) -> Iterator[Any]:
        self._expect("[")
        while self._next() != "]":
            value = self._value()
            self._kept = 0
            yield value
            if self._next() == ",":
                self._at += 1
            elif self._next() != "]":
                raise self._broken()
        self._at += 1

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._decode()
            except json.JSONDecodeError:  # cut off at the end of what has been read, or broken
                if len(self._buffer) - self._at > LARGEST or not self._more():
                    raise self._broken() from None
            except RecursionError:
                raise self._broken() from None
            else:
                if end < len(self._buffer) or not self._more():  # else a number may go on
                    self._kept += end - self._at
                    self._span = self._at, end
                    self._at = end
                    return value

    def _decode(self) -> tuple[Any, int]:
        try:
            return _STRICT.raw_decode(self._buffer, self._at)
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            return Wrong(str(error)), _LENIENT.raw_decode(self._buffer, self._at)[1]

    def _next(self) -> str:
        """The next character that is no space, or nothing at the end."""
        while True:
            while self._at < len(self._buffer):
                if self._buffer[self._at] not in _SPACE:
                    return self._buffer[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _expect(self, sign: str) -> None:
        if self._next() != sign:
            raise self._broken()
        self._at += 1

    def _more(self) -> bool:
        chunk = self._text.read(_CHUNK)
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _broken(self) -> Unreadable:
        return Unreadable(_("%(file)s er ikke gyldig JSON, eller for dypt nøstet.") % {"file": self._file})
