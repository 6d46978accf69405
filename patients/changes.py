"""What was corrected of a patient, as a change keeps it and as people read it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from patients.models import Condition, PatientChange

STRUCK = "struck"
NAMES: Mapping[str, Promise] = {
    "given_name": gettext_lazy("Fornavn"),
    "family_name": gettext_lazy("Etternavn"),
    "birth_date": gettext_lazy("Fødselsdato"),
    "sex": gettext_lazy("Kjønn"),
    "list_doctor": gettext_lazy("Fastlege"),
    "usual_nurse": gettext_lazy("Fast sykepleier"),
    "home_care": gettext_lazy("Hjemmesykepleie"),
    "deceased_on": gettext_lazy("Død"),
    "moved_on": gettext_lazy("Ute av listen"),
    "institution_on": gettext_lazy("På institusjon"),
}
SEXES = {"female": gettext_lazy("kvinne"), "male": gettext_lazy("mann"), "unknown": gettext_lazy("ukjent")}
MEMBERS = ("list_doctor", "usual_nurse")
NOTHING = {
    "home_care": gettext_lazy("nei"),
    "deceased_on": gettext_lazy("nei"),
    "moved_on": gettext_lazy("nei"),
    "institution_on": gettext_lazy("nei"),
}


@dataclass(frozen=True, slots=True)
class Corrected:
    """One change in words: what, from what, to what, by whom (a member, or an import), when, why."""

    what: str
    before: str
    after: str
    who: str
    at: dt.datetime
    reason: str


def told(value: dt.date | str | int | bool | None) -> str:
    """A value as a change keeps it: dates in ISO, members by number, nothing and «no» as nothing."""
    if value is None or value is False:
        return ""
    return value.isoformat() if isinstance(value, dt.date) else "1" if value is True else str(value)


def state_of(condition: Condition | None) -> str:
    """A condition as a change keeps it: nothing, STRUCK, or its days as `from/to`."""
    if condition is None:
        return ""
    if condition.struck_at is not None:
        return STRUCK
    return f"{told(condition.starts_on)}/{told(condition.ends_on)}"


def corrected(change: PatientChange, *, members: Mapping[int, str], titles: Mapping[str, str]) -> Corrected:
    """The change in words. `members`: names by number; `titles`: our names of conditions by code."""
    kind, _colon, code = change.field.partition(":")
    if kind == "condition":
        what, words = titles.get(code, code), _condition_words
    else:
        what = str(NAMES.get(kind, kind))

        def words(text: str) -> str:
            return _value_words(kind, text, members)

    who = change.by.name if change.by else _("import") if change.run_id else ""
    return Corrected(what, words(change.before), words(change.after), who, change.at, change.reason)


def member_ids(changes: list[PatientChange]) -> set[int]:
    """Whose names are needed to tell of the changes."""
    texts = [text for c in changes if c.field in MEMBERS for text in (c.before, c.after)]
    return {int(text) for text in texts if text.isdecimal()}


def _value_words(field: str, text: str, members: Mapping[int, str]) -> str:
    if not text:
        return str(NOTHING.get(field, _("ingen")))
    if field in MEMBERS:
        return members.get(int(text), _("ukjent")) if text.isdecimal() else text
    if field == "sex":
        return str(SEXES.get(text, text))
    if field == "home_care":
        return _("ja")
    return _day(text)


def _condition_words(text: str) -> str:
    if text in ("", STRUCK):
        return _("strøket som feil") if text else _("ikke registrert")
    starts, _slash, ends = text.partition("/")
    if ends:
        return _("til %(day)s") % {"day": _day(ends)}
    return _("fra %(day)s") % {"day": _day(starts)} if starts else _("har det")


def _day(text: str) -> str:
    try:
        return f"{dt.date.fromisoformat(text):%d.%m.%Y}"
    except ValueError:
        return text
