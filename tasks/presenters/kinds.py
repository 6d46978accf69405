"""Kinds of tasks to choose from: the usual ones first, the rest by where the work comes from. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from tasks.models import Channel, Nature, Origin, TaskKind
from tasks.queries import LOGGED

Groups = list[tuple[str, list[tuple[int, str]]]]
_NATURES = (Nature.CLINICAL, Nature.MIXED, Nature.ADMINISTRATIVE)


@dataclass(frozen=True, slots=True)
class QuickKind:
    """A kind to log with one press: how long it usually takes, and its channels in words."""

    id: int
    name: str
    minutes: int
    channels: tuple[tuple[str, str], ...]

    @property
    def several(self) -> bool:
        return len(self.channels) > 1


def quick_choices(
    kinds: Iterable[TaskKind], usual: Mapping[tuple[int, str], int], profession: str
) -> list[QuickKind]:
    """In the order given, with the minutes that the member (or the profession) usually takes."""
    return [
        QuickKind(
            kind.pk, kind.name, usual.get((kind.pk, LOGGED)) or kind.minutes_for(profession),
            tuple((value, capfirst(str(Channel(value).label))) for value in kind.channels),
        )
        for kind in kinds
    ]  # fmt: skip


def kind_groups(kinds: Iterable[TaskKind], first: Sequence[TaskKind], *, profession: str = "") -> Groups:
    """Groups of (id, «Sårstell (25 min)») for a list to choose from; each kind stands once."""
    usual = {kind.pk for kind in first}
    groups: Groups = [(_("Mest brukt"), [_choice(kind, profession) for kind in first])] if first else []
    rest = sorted(
        (k for k in kinds if k.pk not in usual), key=lambda k: (_NATURES.index(Nature(k.nature)), k.position)
    )
    for origin in Origin:
        found = [_choice(kind, profession) for kind in rest if kind.origin == origin]
        if found:
            groups.append((capfirst(str(origin.label)), found))
    return groups


def _choice(kind: TaskKind, profession: str) -> tuple[int, str]:
    return kind.pk, _("%(name)s (%(n)d min)") % {"name": kind.name, "n": kind.minutes_for(profession)}
