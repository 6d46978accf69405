"""The access log in words: on the page, in a file, on the patient's own paper. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from patients.access_queries import LISTED, Look
from patients.models import Patient
from teams.calendar import OSLO
from teams.models import Access, Profession

NAMED = 3  # of a list, on the page; the rest stand behind the number


@dataclass(frozen=True, slots=True)
class LookLine:
    """One row on the page. `more` patients are not named; `list_id` opens them all."""

    at: dt.datetime
    who: str
    role: str
    what: str
    ground: str
    patients: tuple[Patient, ...]
    count: int
    list_id: int | None

    @property
    def more(self) -> int:
        return self.count - len(self.patients)


def role_of(look: Look) -> str:
    """«sykepleier», «lege, teamleder», «daglig leder»: what a patient can make something of."""
    access = "" if look.access == Access.STAFF else str(Access(look.access).label).lower()
    profession = str(Profession(look.profession).label).lower() if look.profession else ""
    return ", ".join(filter(None, (profession, access)))


def look_lines(looks: Iterable[Look], patients: Mapping[int, Patient], *, only: int | None) -> list[LookLine]:
    """In the order given. `only`: the log is about one patient, and of a list nobody else is named."""
    return [_line(look, patients, only) for look in looks]


def _line(look: Look, patients: Mapping[int, Patient], only: int | None) -> LookLine:
    known = [patients[pk] for pk in look.patients if pk in patients]
    named = [each for each in known if each.pk == only] if only else known[:NAMED]
    return LookLine(
        look.at, look.name, role_of(look), look.what, look.ground, tuple(named), len(known),
        look.id if look.source == LISTED and len(known) > len(named) else None,
    )  # fmt: skip


def wanted_names(looks: Iterable[Look]) -> set[int]:
    """Whom the page could name, and whom it counts."""
    return {pk for look in looks for pk in look.patients}


def file_headings() -> list[str]:
    return [_("Når"), _("Hvem"), _("Rolle"), _("Hva"), _("Grunnlag"), _("Pasient"), _("Født")]


FILE_WIDTHS = (17, 24, 22, 60, 28, 28, 12)


def file_rows(looks: Iterable[Look], patients: Mapping[int, Patient]) -> Iterator[list[str | dt.date | None]]:
    """A row each time a patient was shown: a list of fifty is fifty rows."""
    for look in looks:
        told = [at_words(look.at), look.name, role_of(look), look.what, look.ground]
        known = [patients[pk] for pk in look.patients if pk in patients]
        for patient in known:
            yield [*told, str(patient), patient.birth_date]
        if not look.patients:
            yield [*told, None, None]


def own_headings() -> list[str]:
    return [_("Når"), _("Hvem"), _("Rolle"), _("Hva"), _("Grunnlag")]


OWN_WIDTHS = FILE_WIDTHS[:5]


def own_rows(looks: Iterable[Look]) -> Iterator[list[str]]:
    """The patient's own log: who, as what, what, and why. Nothing of anybody else on a list."""
    for look in looks:
        yield [at_words(look.at), look.name, role_of(look), look.what, look.ground]


def at_words(at: dt.datetime) -> str:
    return f"{at.astimezone(OSLO):%d.%m.%Y %H:%M}"
