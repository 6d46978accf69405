"""Who may do what, as it is printed: each right in plain words, and each address with what it answers whom. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from teams.addresses import Address, addresses
from teams.models import Access, Profession
from teams.permissions import ONLY_PROFESSIONS, TABLE, Permission

MEANING = {
    Permission.SEE_PATIENTS: gettext_lazy("se, søke og rette pasienter på legekontorets liste, og innsynsloggen deres"),
    Permission.DO_TASKS: gettext_lazy("gjøre, gi videre, utsette og avslutte oppgaver, og føre egen tid"),
    Permission.DELEGATE: gettext_lazy("gi, signere og trekke tilbake egne delegeringer"),
    Permission.ASSIGN_TASKS: gettext_lazy("fordele andres oppgaver, låse og utelukke, og tillate overtid"),
    Permission.SEE_TEAM: gettext_lazy("se hvem som arbeider når, fravær uten årsak, og delegeringer"),
    Permission.SEE_PROGRAMMES: gettext_lazy("lese programmene for oppfølging"),
    Permission.APPROVE_PROGRAMMES: gettext_lazy("godkjenne et program og ta det ut av bruk"),
    Permission.PLAN_PATIENTS: gettext_lazy("starte, endre og stanse én pasients oppfølgingsplan"),
    Permission.START_PLANS: gettext_lazy("starte planer for hele listen, og kjøre natten på nytt"),
    Permission.IMPORT_PATIENTS: gettext_lazy("ta inn pasientlister"),
    Permission.SEE_REPORTS: gettext_lazy("se ukesrapportene og regne på «hva om»; tall, ingen pasienter"),
    Permission.SEE_PERSON_REPORTS: gettext_lazy("se tall per ansatt, der legekontoret har slått det på"),
    Permission.OPEN_NUMBERS: gettext_lazy("åpne oppgavene bak et tall; det blir loggført"),
    Permission.MANAGE_MEMBERS: gettext_lazy("legge til medarbeidere, endre arbeidstid, invitere, og godkjenne og trekke tilganger"),
    Permission.READ_ACCESS_LOG: gettext_lazy("lese, filtrere og ta ut innsynsloggen for hele legekontoret"),
    Permission.CONTROL_ACCESS: gettext_lazy("etterkontrollere uvanlige innsyn; daglig leder uten navn på pasienter"),
    Permission.BLOCK_PATIENTS: gettext_lazy("sperre en pasient for navngitte, og oppheve sperringen"),
    Permission.BREAK_GLASS: gettext_lazy("åpne en sperret pasient en kort tid, med en grunn som loggføres"),
    Permission.PATIENT_RIGHTS: gettext_lazy("ta ut alt som er lagret om en pasient, rette tekst, og melde krav om sletting"),
    Permission.DECIDE_DELETION: gettext_lazy("avgjøre krav om sletting, og stanse en sletting"),
}  # fmt: skip
ROOM_NAMES: dict[str, Callable[[], str]] = {
    "config": lambda: _("Forsiden og drift"),
    "teams": lambda: _("Teamet, tilganger og invitasjoner"),
    "login": lambda: _("Innlogging"),
    "patients": lambda: _("Pasienter og import"),
    "tasks": lambda: _("Oppgaver, planer, fravær og delegeringer"),
    "reports": lambda: _("Rapporter"),
    "scenarios": lambda: _("Hva om"),
    "rights": lambda: _("Pasientens rettigheter"),
}


@dataclass(frozen=True, slots=True)
class RightLine:
    """A right: what it lets one do, and who has it."""

    name: str
    meaning: str
    who: tuple[str, ...]  # by access, in its order


@dataclass(frozen=True, slots=True)
class AddressLine:
    """An address, and what it answers each access, somebody without a place, and nobody."""

    name: str
    path: str
    methods: str
    right: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomLines:
    name: str
    lines: list[AddressLine]


def heads() -> list[str]:
    """Of the columns that answers stand in."""
    return [*(str(access.label) for access in Access), _("uten plass her"), _("ikke innlogget")]


def right_lines() -> list[RightLine]:
    return [
        RightLine(str(right), str(MEANING[right]), tuple(_who(right, access) or "–" for access in Access))
        for right in Permission
    ]


def room_lines() -> list[RoomLines]:
    """Every address by room, in the order of the rooms; what others made (logging in) among «Innlogging»."""
    order = list(ROOM_NAMES)
    named = [a for a in addresses() if a.name]
    rooms = sorted(named, key=lambda a: (order.index(_room(a)), a.path))
    return [RoomLines(ROOM_NAMES[room](), [_line(a) for a in of]) for room, of in groupby(rooms, key=_room)]


def _room(address: Address) -> str:
    return address.room if address.own else "login"


def _line(address: Address) -> AddressLine:
    if address.closed:
        answers = ("404",) * (len(Access) + 2)
    else:
        answers = (
            *(_answer(address, access) for access in Access),
            _without_place(address),
            _nobody(address),
        )
    right = str(address.permission or "–")
    return AddressLine(address.name, address.path, " ".join(address.methods), right, answers)


def _answer(address: Address, access: Access) -> str:
    if address.permission is None:
        return "200"
    if address.permission not in TABLE[access]:
        return "403"
    only = ONLY_PROFESSIONS.get(address.permission)
    if only == frozenset(Profession):
        return _("200 med et yrke, ellers 403")
    return _("200 for %(who)s, ellers 403") % {"who": _who(address.permission, access)} if only else "200"


def _without_place(address: Address) -> str:
    return "200" if address.permission is None else _("302 til «ingen plass»")


def _nobody(address: Address) -> str:
    return "200" if address.open else _("302 til innlogging")


def _who(right: Permission, access: Access) -> str:
    """«ja», the professions that have it, or nothing."""
    if right not in TABLE[access]:
        return ""
    only = ONLY_PROFESSIONS.get(right, frozenset(Profession))
    if only == frozenset(Profession):
        return _("ja, med et yrke") if right in ONLY_PROFESSIONS else _("ja")
    return ", ".join(str(profession.label) for profession in Profession if profession in only)


def as_markdown(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
