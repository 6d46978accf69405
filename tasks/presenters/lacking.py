"""Who lacks follow-up, and why, in words. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.naming import named
from tasks.presenters.filtering import Choice
from tasks.presenters.patients import age_on, condition_name
from tasks.queries.lacking import APART, DECLINED, LONG, NONE, Lack, Lacking


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `pair` is what is ticked where a plan can be started (patient and programme), else empty."""

    words: str
    more: str
    pair: str = ""


@dataclass(frozen=True, slots=True)
class LackLine:
    url: str
    name: str
    age: str
    doctor: str
    reasons: tuple[Reason, ...]


def lack_lines(rows: Iterable[Lacking], today: dt.date) -> list[LackLine]:
    return [
        LackLine(
            reverse("patient", args=[row.id]),
            named(row.id, f"{row.family_name}, {row.given_name}"),
            _("%(n)d år") % {"n": age_on(today, row.birth_date)},
            row.doctor or "",
            tuple(_reason(row.id, told) for told in row.reasons),
        )
        for row in rows
    ]


def _reason(patient_id: int, told: Mapping[str, Any]) -> Reason:
    pair = f"{patient_id}.{told['programme']}" if "programme" in told else ""
    words = {NONE: _without, LONG: _long_since, APART: _apart, DECLINED: _decided}[told["reason"]]
    return replace(words(told), pair=pair)


def _without(told: Mapping[str, Any]) -> Reason:
    names = ", ".join(condition_name(code) for code in told["codes"])
    what = names or _("%(n)d legemidler") % {"n": told["drugs"]}
    more = [] if told["name"] == what else [told["name"]]
    if told["on"]:
        stopped = {"day": _date(told["on"]), "why": told["why"]}
        more.append(_("planen stanset %(day)s: %(why)s") % stopped)
    return Reason(_("%(what)s uten plan") % {"what": what}, " · ".join(more))


def _long_since(told: Mapping[str, Any]) -> Reason:
    told_of = {
        "when": _month(told["last"] or told["starts"]),
        "every": every_words(told["months"], told["days"]),
    }
    if told["last"]:
        words = _("Ingen oppfølging siden %(when)s, skulle vært %(every)s") % told_of
    else:
        words = _("Ingen oppfølging siden planen startet i %(when)s, skulle vært %(every)s") % told_of
    return Reason(words, told["name"])


def _apart(told: Mapping[str, Any]) -> Reason:
    days = {
        name: date_format(dt.date.fromisoformat(told[name]), "j. F") for name in ("first_on", "second_on")
    }
    words = _("%(first)s %(first_on)s og %(second)s %(second_on)s kan være ett besøk")
    return Reason(words % {"first": told["first"], "second": _inside(told["second"]), **days}, "")


def _decided(told: Mapping[str, Any]) -> Reason:
    words = _("%(programme)s: takket nei") if told["state"] == DECLINED else _("%(programme)s: stanset")
    more = [_date(told["on"]), told["by"], f"«{told['why']}»" if told["why"] else ""]
    return Reason(words % {"programme": told["name"]}, ", ".join(each for each in more if each))


def _inside(name: str) -> str:
    """A name inside a sentence: «kontroll KOLS», but «INR-kontroll» as it stands."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def every_words(months: int, days: int) -> str:
    """«hvert år», «hver 6. måned», «hver 2. uke»."""
    if days and not months:
        weeks, rest = divmod(days, 7)
        if rest:
            return ngettext("hver dag", "hver %(n)d. dag", days) % {"n": days}
        return ngettext("hver uke", "hver %(n)d. uke", weeks) % {"n": weeks}
    if months % 12 == 0:
        return ngettext("hvert år", "hvert %(n)d. år", months // 12) % {"n": months // 12}
    return ngettext("hver måned", "hver %(n)d. måned", months) % {"n": months}


def _date(day: str) -> str:
    return date_format(dt.date.fromisoformat(day), "j. F Y")


def _month(day: str) -> str:
    return date_format(dt.date.fromisoformat(day), "F Y")


def reason_links(wanted: Lack, counts: Mapping[str, int]) -> list[tuple[Choice, int]]:
    """Each reason with how many, as a link to them."""
    words = {
        "": _("Alle"), NONE: _("Uten plan"), LONG: _("Lenge siden"), APART: _("Kan være ett besøk"),
        DECLINED: _("Takket nei eller stanset"),
    }  # fmt: skip
    return [
        (Choice(text, replace(wanted, reason=reason).query(), wanted.reason == reason), counts[reason])
        for reason, text in words.items()
    ]


def preview_rows(pairs: Iterable[tuple[int, int]], programmes: Mapping[int, str]) -> list[tuple[str, int]]:
    """How many patients for each programme, by its name."""
    chosen = [programme for _patient, programme in pairs]
    return sorted((name, chosen.count(pk)) for pk, name in programmes.items() if pk in chosen)
