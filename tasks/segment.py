"""Which patients a list shows, and in what order: lives in the URL, and can be saved. Pure parsing.

Like tasks/filters.py: what is no value of a field is as if it were not there, and free text is never among them, so
that nobody's name or number gets into an address or a log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from patients.imports.codes import icpc2_code

NOBODY = "ingen"
RUNNING, LACKING, DECLINED = "har", "mangler", "nei"  # where somebody stands in the programme that is chosen
STANDINGS = (RUNNING, LACKING, DECLINED)
BY_NAME, BY_NEED, BY_NEXT = "", "behov", "neste"
MOST_CONDITIONS = 20  # a saved view has room for that many

CONDITION, PROGRAMME, STANDING, DOCTOR, NURSE, ORDER = (
    "tilstand", "program", "plan", "lege", "sykepleier", "sorter",
)  # fmt: skip
# Yes or no: the field's name in the address, and here.
FLAGS = {
    "forfalt": "overdue", "aldri": "never", "legemidler": "many_drugs", "utskrevet": "discharged",
    "hjemmesykepleie": "home_care", "institusjon": "institution", "alle": "everybody",
}  # fmt: skip
NAMES = (CONDITION, PROGRAMME, STANDING, DOCTOR, NURSE, *FLAGS, ORDER)
_NUMBER = re.compile(r"[1-9]\d{0,17}")


class Query(Protocol):
    """A QueryDict: one value or several of a name."""

    def get(self, name: str, /) -> Any: ...
    def getlist(self, name: str, /) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Segment:
    """All that is asked for must hold. `conditions`: at least one of them, still lived with.

    `standing` is about `programme`, and is has-a-plan where a programme is chosen and nothing said. `doctor` and
    `nurse`: a member's id, or `NOBODY`. `everybody`: the dead and those who have left the list too.
    """

    conditions: tuple[str, ...] = ()
    programme: int | None = None
    standing: str = ""
    doctor: int | str = ""
    nurse: int | str = ""
    overdue: bool = False
    never: bool = False
    many_drugs: bool = False
    discharged: bool = False
    home_care: bool = False
    institution: bool = False
    everybody: bool = False
    order: str = BY_NAME

    @classmethod
    def from_query(cls, query: Query) -> Segment:
        programme = number_of(query.get(PROGRAMME)) or None
        standing = query.get(STANDING)
        order = query.get(ORDER)
        return cls(
            conditions=_codes(query.getlist(CONDITION)),
            programme=programme,
            standing=standing if standing in STANDINGS else RUNNING if programme else "",
            doctor=member_of(query.get(DOCTOR)),
            nurse=member_of(query.get(NURSE)),
            order=order if order in (BY_NEED, BY_NEXT) else BY_NAME,
            **{field: query.get(name) == "1" for name, field in FLAGS.items()},
        )

    def query(self) -> str:
        """The query string that `from_query` reads as this segment; empty for everybody on the list by name."""
        fields: dict[str, Any] = {
            CONDITION: ",".join(self.conditions), PROGRAMME: self.programme,
            STANDING: "" if self.programme and self.standing == RUNNING else self.standing, DOCTOR: self.doctor, NURSE: self.nurse,
            **{name: "1" if getattr(self, field) else "" for name, field in FLAGS.items()}, ORDER: self.order,
        }  # fmt: skip
        return urlencode({name: value for name, value in fields.items() if value}, safe=",")

    def but(self, **fields: Any) -> Segment:
        """The same with other values of these fields."""
        return replace(self, **fields)

    @property
    def narrows(self) -> bool:
        """Does it ask for anything but an order?"""
        return self.but(order=BY_NAME) != Segment()


def _codes(texts: Iterable[Any]) -> tuple[str, ...]:
    found = (icpc2_code(each) for text in texts for each in str(text).split(","))
    return tuple(sorted({code for code in found if code})[:MOST_CONDITIONS])


def number_of(text: Any) -> int:
    return int(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else 0


def member_of(text: Any) -> int | str:
    return NOBODY if text == NOBODY else number_of(text) or ""
