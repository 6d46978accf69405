"""The register of delegations in words and tables. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.delegating import Standing
from tasks.models import TaskKind
from tasks.queries.delegations import Registered
from teams.models import Member

STANDINGS = {
    Standing.IN_FORCE: gettext_lazy("i kraft"),
    Standing.EXPIRING: gettext_lazy("går snart ut"),
    Standing.AHEAD: gettext_lazy("ikke begynt"),
    Standing.DRAFT: gettext_lazy("utkast"),
    Standing.EXPIRED: gettext_lazy("utløpt"),
    Standing.REVOKED: gettext_lazy("trukket tilbake"),
    Standing.REPLACED: gettext_lazy("erstattet"),
    Standing.DISCARDED: gettext_lazy("forkastet utkast"),
}
COLOURS = {
    Standing.DRAFT: "info",
    Standing.AHEAD: "info",
    Standing.IN_FORCE: "success",
    Standing.EXPIRING: "warning",
    Standing.REVOKED: "danger",
}


def standing_words(each: Registered) -> str:
    """«i kraft», «går ut om 12 dager», «fra 1.1.2027»."""
    if each.standing == Standing.EXPIRING and each.days_left is not None:
        if not each.days_left:
            return _("går ut i dag")
        words = ngettext("går ut om %(n)d dag", "går ut om %(n)d dager", each.days_left)
        return words % {"n": each.days_left}
    if each.standing == Standing.AHEAD:
        return _("gjelder fra %(day)s") % {"day": each.row.starts_on.strftime("%d.%m.%Y")}
    if each.leaves and each.until:
        return _("gjelder til og med %(day)s") % {"day": each.until.strftime("%d.%m.%Y")}
    return str(STANDINGS[each.standing])


@dataclass(frozen=True, slots=True)
class Entry:
    """One delegation as the page shows it."""

    each: Registered
    words: str
    colour: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A member and a kind: what there is, whether there could be, and what is asked for when there is none."""

    member: Member
    kind: TaskKind
    possible: bool
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One doctor's delegations: kinds down, members across."""

    doctor: Member
    members: Sequence[Member]
    rows: Sequence[tuple[TaskKind, Sequence[Cell]]]

    @property
    def sums(self) -> str:
        """«12 i kraft, 2 går ut, 1 utkast»: what the table holds, while it is folded."""
        entries = [entry for _kind, cells in self.rows for cell in cells for entry in cell.entries]
        counts = Counter(entry.each.standing for entry in entries)
        found = [f"{counts[standing]} {text}" for standing, text in STANDINGS.items() if counts[standing]]
        return ", ".join(found) or _("ingen")


def entry(each: Registered) -> Entry:
    return Entry(each, standing_words(each), COLOURS.get(each.standing, "neutral"))


def matrices(
    doctors: Iterable[Member],
    members: Sequence[Member],
    kinds: Sequence[TaskKind],
    register: Iterable[Registered],
) -> list[Matrix]:
    """A matrix for every doctor. Whoever has something and is not among the members any more stands in the list only."""
    found: dict[tuple[int, int, int], list[Entry]] = {}
    for each in register:
        key = (each.row.doctor_id, each.row.member_id, each.row.kind_id)
        found.setdefault(key, []).append(entry(each))

    def row(doctor: Member, kind: TaskKind) -> list[Cell]:
        return [
            Cell(m, kind, m.profession in kind.delegable_to, tuple(found.get((doctor.pk, m.pk, kind.pk), ())))
            for m in members
        ]

    return [Matrix(doctor, members, [(kind, row(doctor, kind)) for kind in kinds]) for doctor in doctors]


def where_they_went(went_to: Mapping[int | None, int], later: int, names: Mapping[int, str]) -> str:
    """«3 oppgaver er gitt videre: 2 til Jon Dahl, 1 til Amir Aune. 1 fikk ingen plass ennå.» Empty for none."""
    given = {who: n for who, n in went_to.items() if who is not None}
    words = []
    if total := sum(given.values()):
        parts = [
            _("%(n)d til %(who)s") % {"n": n, "who": names.get(who, "–")}
            for who, n in sorted(given.items(), key=lambda item: (-item[1], names.get(item[0], "")))
        ]
        text = ngettext(
            "%(n)d oppgave er gitt videre: %(to)s.", "%(n)d oppgaver er gitt videre: %(to)s.", total
        )
        words.append(text % {"n": total, "to": ", ".join(parts)})
    if left := went_to.get(None, 0):
        text = ngettext(
            "%(n)d fikk ingen plass ennå og står under «Ikke fordelt».",
            "%(n)d fikk ingen plass ennå og står under «Ikke fordelt».",
            left,
        )
        words.append(text % {"n": left})
    if later:
        text = ngettext("%(n)d til fordeles nå.", "%(n)d til fordeles nå.", later)
        words.append(text % {"n": later})
    return " ".join(words)
