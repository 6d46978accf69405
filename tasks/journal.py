"""What fastlegeforskriften § 25 asks to have in the journal when a follow-up is declined or nobody is reached. Pure.

(FOR-2025-12-02-2405: the patient who does not ask for help is offered a consultation or a home visit; that
the patient declines ends the duty, and it is journalled.) What was offered and when, how often and how the clinic
tried, what the patient said. Without the patient's name: it is copied into a journal that is theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt: the day, the channel in words, and what came of it."""

    day: dt.date
    channel: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What was offered: the task and its programme, since when, and by when it should have been."""

    name: str
    programme: str
    opened_on: dt.date
    due_on: dt.date | None


def text(
    offer: Offer,
    tried: Sequence[Tried],
    *,
    declined: bool,
    whole_programme: bool,
    reason: str,
    today: dt.date,
    by: str,
    next_on: dt.date | None,
) -> str:
    """The note. `declined`: the patient said no; else nobody was reached. `next_on`: when it is offered again."""
    lines = [
        _("Oppfølging etter fastlegeforskriften § 25."),
        _("Tilbudt: %(name)s, i programmet %(programme)s. Tilbudet ble åpnet %(day)s%(due)s.")
        % {
            "name": offer.name, "programme": offer.programme, "day": _day(offer.opened_on),
            "due": _(", med frist %(day)s") % {"day": _day(offer.due_on)} if offer.due_on else "",
        },
        _attempts(tried),
        *_outcome(declined, whole_programme, reason, today),
    ]  # fmt: skip
    if next_on:
        lines.append(_("Nytt tilbud: %(day)s.") % {"day": _day(next_on)})
    lines.append(_("Ført av %(name)s %(day)s.") % {"name": by, "day": _day(today)})
    return "\n".join(lines)


def _attempts(tried: Sequence[Tried]) -> str:
    if not tried:
        return _("Forsøk på å nå pasienten: ingen ført.")
    told = [f"{_day(each.day)} {each.channel}" + (f" ({each.note})" if each.note else "") for each in tried]
    return _("Forsøk på å nå pasienten: %(n)d. %(list)s.") % {"n": len(tried), "list": "; ".join(told)}


def _outcome(declined: bool, whole_programme: bool, reason: str, today: dt.date) -> list[str]:
    if not declined:
        said = [_("Pasienten er ikke nådd.")]
        return [*said, _("Merknad: %(text)s") % {"text": reason}] if reason else said
    scope = _("Det gjelder hele programmet.") if whole_programme else _("Det gjelder denne gangen.")
    why = _("Pasienten sier: %(text)s") % {"text": reason} if reason else _("Pasienten oppga ingen grunn.")
    return [_("Pasienten takket nei %(day)s.") % {"day": _day(today)} + " " + scope, why]


def _day(day: dt.date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""
