"""Norwegian person numbers: fødselsnummer and D-number, real and synthetic, before and after 2032.

Eleven digits: ddmmyy, three of order, two control digits. A D-number has 40 added to the day; Skatteetaten's
synthetic numbers (Tenor) have 80 added to the month; H-numbers and NAV's own test numbers have 40 added to
the month, and cannot be told from one another. From 1 January 2032 the first control digit may leave a
remainder of 0–3 and the order digits say nothing of century or sex: so neither birth date nor sex is ever
read out of a number here (DOMAIN §6.2; Skatteetaten's folkeregisteret-api-dokumentasjon).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import Enum
from functools import cache, lru_cache

FNR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.1"
DNR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.2"

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FIRST_REMAINDER_MAX = 3  # 0 until 2032
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Order digits as they were given out before 2032, by year of birth.
_ORDER = ((1854, 1899, 500, 749), (1900, 1999, 0, 499), (2000, 2039, 500, 999))


class Fault(Enum):
    """Why a number cannot be taken in. The words for it belong to whoever shows it."""

    SHAPE = "shape"
    DATE = "date"
    CONTROL = "control"
    NOT_SYNTHETIC = "not_synthetic"


def fault(number: str, *, synthetic_only: bool) -> Fault | None:
    """What is wrong with the number, or None. Spaces are the caller's to take away.

    `synthetic_only`: everywhere but in production a number that could be somebody's is refused, valid or not.
    """
    if len(number) != 11 or not (number.isascii() and number.isdigit()):
        return Fault.SHAPE
    exists, synthetic, first, second = _date_part(number[:6])
    if not exists:
        return Fault.DATE
    first_order, second_order = _ORDER_SUMS[number[6:9]]
    first_control, second_control = _CONTROL_SUMS[number[9:]]
    if (first + first_order + first_control) % 11 > _FIRST_REMAINDER_MAX or (
        second + second_order + second_control
    ) % 11:
        return Fault.CONTROL
    return Fault.NOT_SYNTHETIC if synthetic_only and not synthetic else None


def is_valid(number: str) -> bool:
    """Eleven digits, a date that exists, both control digits right. Says nothing of who it belongs to."""
    return fault(number, synthetic_only=False) is None


def is_synthetic(number: str) -> bool:
    """A Tenor number: nobody's, now or later.

    Month + 40 does not count: it may be NAV's test number, but just as well a real person's H-number.
    """
    return len(number) == 11 and number.isdecimal() and 81 <= int(number[2:4]) <= 92


def system_of(number: str) -> str:
    """The identifier system (OID) that a valid number belongs under, whichever a sender wrote it under."""
    return DNR_SYSTEM if "4" <= number[:1] <= "7" else FNR_SYSTEM


def masked(number: str) -> str:
    """«018592 •••••»: enough to compare with a paper in the hand, too little to copy."""
    return f"{number[:6]} •••••"


def make_tenor(birth_date: dt.date, serial: int) -> str:
    """The `serial`-th (from 0) synthetic number of that birth date; the same one every time.

    Each date has about 410 of them (about 205 before 1900). Raises ValueError past the last, and for years
    that never had numbers.
    """
    for position, number in enumerate(_tenor_numbers(birth_date)):
        if position == serial:
            return number
    raise ValueError(f"No synthetic number {serial} for {birth_date.isoformat()}")


def _tenor_numbers(birth_date: dt.date) -> Iterator[str]:
    start = f"{birth_date.day:02d}{birth_date.month + 80:02d}{birth_date.year % 100:02d}"
    for first_year, last_year, low, high in _ORDER:
        if first_year <= birth_date.year <= last_year:
            for order in range(low, high + 1):
                digits = f"{start}{order:03d}"
                first = -_weighted(digits, _FIRST) % 11
                second = -_weighted(f"{digits}{first}", _SECOND) % 11
                if first < 10 and second < 10:
                    yield f"{digits}{first}{second}"


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


# A list of a hundred thousand is checked number by number: the sums are looked up in four parts.


@lru_cache(maxsize=40_000)  # as many as there are days in a century
def _date_part(digits: str) -> tuple[bool, bool, int, int]:
    """Of the six first digits: does the date exist, is it a synthetic one, and their part of the two sums."""
    first_left, second_left = _sums(0, 3)[digits[:3]]
    first_right, second_right = _sums(3, 3)[digits[3:]]
    synthetic = 81 <= int(digits[2:4]) <= 92
    return _date_exists(digits), synthetic, first_left + first_right, second_left + second_right


@cache
def _sums(start: int, length: int) -> dict[str, tuple[int, int]]:
    """Of every run of `length` digits that may stand at `start`: its part of the two sums."""
    every = (f"{n:0{length}d}" for n in range(10**length))
    return {run: (_weighted(run, _FIRST[start:]), _weighted(run, _SECOND[start:])) for run in every}


_ORDER_SUMS, _CONTROL_SUMS = _sums(6, 3), _sums(9, 2)


def _date_exists(number: str) -> bool:
    """The day exists in some century: 29 February in every year that ends on a multiple of four."""
    day, month, year = int(number[:2]), int(number[2:4]), int(number[4:6])
    day -= 40 if day > 40 else 0
    month -= 80 if month > 80 else 40 if month > 40 else 0
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    return (day, month) != (29, 2) or year % 4 == 0
