"""The changes that would have freed most doctor time: what each is called, and the door to its draft. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from reports.models import Change, Step
from reports.presenters import profession_name
from teams.models import Member, Profession
from teams.templatetags.fordel import minutes as in_words


@dataclass(frozen=True, slots=True)
class Suggested:
    """`url` and `button` are empty where there is no paper to draft, or the reader may not draft it."""

    title: str
    why: str
    minutes: str
    url: str = ""
    button: str = ""


def suggested(changes: Iterable[Change], team: Sequence[Member], *, may_draft: bool) -> list[Suggested]:
    """`team` are those who work here now: whom a delegation could be drafted from and to."""
    return [_suggested(change, team, may_draft=may_draft) for change in changes]


def _suggested(change: Change, team: Sequence[Member], *, may_draft: bool) -> Suggested:
    kind, who = change.kind, profession_name(change.profession)
    told = {"kind": kind.name, "who": who}
    minutes = in_words(change.minutes)
    if change.step == Step.DELEGATE:
        url = _draft(change, team) if may_draft else ""
        return Suggested(
            _("Deleger «%(kind)s» til %(who)s") % told, _("Hver lege delegerer for sin egen liste."), minutes, url,
            _("Lag utkast") if url else "",
        )  # fmt: skip
    if change.step == Step.RETURN:
        hospital = kind.return_rule.startswith("H")
        url = f"{reverse('departments')}?{urlencode({'type': kind.pk})}" if hospital else ""
        title = _("Send «%(kind)s» tilbake") if hospital else _("Avslå «%(kind)s»")
        return Suggested(
            title % told, _("Regel %(rule)s.") % {"rule": kind.return_rule}, minutes, url, _("Lag brev") if url else ""
        )  # fmt: skip
    if change.step == Step.PREPARE:
        return Suggested(
            _("La %(who)s forberede «%(kind)s»") % told,
            _("Opprett oppgaven i stedet for å logge den hel."),
            minutes,
        )
    return Suggested(
        _("La %(who)s ta «%(kind)s»") % told, _("Ingen ny delegering trengs, og det var tid."), minutes
    )


def _draft(change: Change, team: Sequence[Member]) -> str:
    """The form for new delegations with everybody chosen whom this would take; empty if there is nobody."""
    doctors = [member.pk for member in team if member.profession == Profession.DOCTOR]
    takers = [member.pk for member in team if member.profession == change.profession]
    if not doctors or not takers:
        return ""
    chosen = {"lege": doctors, "til": takers, "type": [change.kind_id]}
    return f"{reverse('new_delegation')}?{urlencode(chosen, doseq=True)}"
