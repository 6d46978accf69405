"""Tasks whose holder cannot do them, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy, ngettext

from tasks.queries.stranding import Cannot, StrandedGroup

WORDS = {
    Cannot.ENDED: gettext_lazy("%(name)s har sluttet og har %(tasks)s."),
    Cannot.MAY_NOT: gettext_lazy("%(name)s har %(tasks)s som ikke lenger er tillatt å gi dit."),
    Cannot.AWAY: gettext_lazy("%(name)s er borte og har %(tasks)s i planen de dagene."),
}


@dataclass(frozen=True, slots=True)
class StrandedLine:
    member_id: int
    text: str


def stranded_words(groups: Iterable[StrandedGroup]) -> list[StrandedLine]:
    """«Nina Berg er borte og har 6 oppgaver i planen de dagene.»"""
    return [
        StrandedLine(
            group.member_id,
            str(WORDS[group.reason])
            % {
                "name": group.name,
                "tasks": ngettext("%(n)d oppgave", "%(n)d oppgaver", group.tasks) % {"n": group.tasks},
            },
        )
        for group in groups
    ]
