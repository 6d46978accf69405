"""Single values out of foreign files. Each raises `Bad` with words for the row's owner."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.imports.rows import UNREADABLE, Identifier
from patients.personnummer import Fault, fault, system_of
from teams.calendar import OSLO

T = TypeVar("T")

OLDEST = dt.date(1890, 1, 1)
FIRST_CONTACT = dt.date(1900, 1, 1)
# What JSON can spell and no text can hold is the same to whoever sent it: a NUL, half a surrogate pair.
_NO_TEXT = re.compile(f"[\0\ud800-\udfff{UNREADABLE}]")
_NORWEGIAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")


class Bad(Exception):
    """A value that cannot be taken in: column, and what is wrong with it."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


class Remembered(dict[str, T]):
    """What short texts that come again and again were read as. Forgets when full; what raises is not kept."""

    def __init__(self, read: Callable[[str], T], *, most: int = 5_000) -> None:
        super().__init__()
        self._read = read
        self._most = most

    def __missing__(self, text: str) -> T:
        found = self._read(text)
        if len(text) <= 100:
            if len(self) >= self._most:
                self.clear()
            self[text] = found
        return found


def text(value: str, column: str, *, longest: int) -> str:
    """Trimmed, in composed form (a name typed on a Mac equals the same name typed elsewhere).

    Raises Bad for control characters and for more than `longest` characters.
    """
    value = " ".join(value.split())
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if not value.isprintable():
        if _NO_TEXT.search(value):
            raise Bad(column, _("Inneholder tegn som ikke kan leses. Lagre filen på nytt som UTF-8."))
        raise Bad(column, _("Inneholder tegn som ikke hører hjemme i tekst."))
    if len(value) > longest:
        raise Bad(column, _("Lengre enn %(n)d tegn.") % {"n": longest})
    return value


def required(value: str, column: str, *, longest: int) -> str:
    value = text(value, column, longest=longest)
    if not value:
        raise Bad(column, _("Mangler."))
    return value


def cut(value: str, longest: int) -> str:
    """Descriptive text that may be shortened: never used for names or numbers."""
    value = " ".join(value.split())
    return (value if value.isprintable() else "".join(filter(str.isprintable, value)))[:longest]


def date(value: str, column: str) -> dt.date | None:
    """`1985-02-01`, `01.02.1985`, or a timestamp's own date (as its sender wrote it). None for nothing.

    A FHIR date may be a year or a month: the first day of it.
    """
    try:
        return _DATES[value]
    except ValueError:
        raise Bad(column, _("Ikke en dato. Skriv for eksempel 01.02.1985.")) from None


def _date(value: str) -> dt.date | None:
    value = value.strip()
    if not value:
        return None
    if found := _NORWEGIAN.fullmatch(value):
        day, month, year = found.groups()
        return dt.date(int(year), int(month), int(day))
    if found := _ISO.fullmatch(value):
        year, month, day = found.groups()
        return dt.date(int(year), int(month or 1), int(day or 1))
    raise ValueError


_DATES = Remembered(_date, most=40_000)


def birth_date(value: str, column: str, *, today: dt.date) -> dt.date:
    born = date(value, column)
    if born is None:
        raise Bad(column, _("Mangler."))
    if len(value.strip()) < 8:
        raise Bad(column, _("Hele fødselsdatoen må stå her."))
    if born > today:
        raise Bad(column, _("Fødselsdatoen er i framtiden."))
    if born < OLDEST:
        raise Bad(column, _("Fødselsdatoen er for lenge siden."))
    return born


def deceased_on(value: str, column: str, *, born: dt.date, today: dt.date) -> dt.date | None:
    died = date(value, column)
    if died and died > today:
        raise Bad(column, _("Dødsdatoen er i framtiden."))
    if died and died < born:
        raise Bad(column, _("Dødsdatoen er før fødselsdatoen."))
    return died


def period(start: str, end: str, columns: tuple[str, str]) -> tuple[dt.date | None, dt.date | None]:
    starts_on, ends_on = date(start, columns[0]), date(end, columns[1])
    if starts_on and ends_on and ends_on < starts_on:
        raise Bad(columns[1], _("Slutter før den begynner."))
    return starts_on, ends_on


def moment(value: str, column: str, *, today: dt.date) -> dt.datetime | None:
    """A FHIR dateTime or instant. Without a time zone it is Oslo time; a date alone is its midnight.

    Raises Bad for what is no moment of anybody's care: before 1900, or more than a year ahead. Python and
    PostgreSQL know years 1 to 9999 and beyond, but a moment near either end cannot be told in Oslo time.
    """
    value = value.strip()
    if not value:
        return None
    try:
        at = dt.datetime.fromisoformat(value if len(value) > 7 else f"{value}-01"[:10])
    except ValueError:
        raise Bad(column, _("Ikke et tidspunkt.")) from None
    if not FIRST_CONTACT <= at.date() <= today + dt.timedelta(days=366):
        raise Bad(column, _("Tidspunktet er for lenge siden eller for langt fram."))
    return at if at.tzinfo else at.replace(tzinfo=OSLO)


_FAULTS = {
    Fault.SHAPE: gettext_noop("Et personnummer har elleve siffer."),
    Fault.DATE: gettext_noop("Personnummeret begynner ikke med en dato som finnes."),
    Fault.CONTROL: gettext_noop("Kontrollsifrene i personnummeret stemmer ikke."),
    Fault.NOT_SYNTHETIC: gettext_noop(
        "Nummeret kan tilhøre et menneske. Utenfor drift tas bare syntetiske numre (Tenor) inn."
    ),
}


def personnummer(value: str, column: str, *, synthetic_only: bool) -> Identifier:
    """A valid fødselsnummer or D-number, under the system that it belongs to."""
    number = value if value.isdigit() else "".join(value.split())
    # A spreadsheet that took the number for a sum has eaten its leading zero.
    if len(number) == 10:
        number = f"0{number}"
    wrong = fault(number, synthetic_only=synthetic_only)
    if wrong:
        raise Bad(column, _(_FAULTS[wrong]))
    return Identifier(system_of(number), number)
