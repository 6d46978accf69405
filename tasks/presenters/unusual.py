"""Unusual access in words: what stands out, never that it is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.models import BreakGlass, Patient
from tasks.queries.unusual import RULES, Finding
from teams.models import Member

COUNTED = ("hours", "many")


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding. `patient` is only there for whoever may see patients; `own` cannot be controlled by the reader."""

    finding: Finding
    what: str
    told: str
    patient: Patient | None
    own: bool


@dataclass(frozen=True, slots=True)
class RuleGroup:
    rule: str
    title: str
    why: str
    lines: tuple[FindingLine, ...]


def groups(found: Iterable[Finding], patients: Mapping[int, Patient], reader: Member) -> list[RuleGroup]:
    """By rule, in the order of the rules; one without findings is left out."""
    by_rule: dict[str, list[FindingLine]] = {rule: [] for rule in RULES}
    for each in found:
        by_rule[each.rule].append(_line(each, patients, reader))
    return [
        RuleGroup(rule, RULES[rule]["text"], RULES[rule]["why"], tuple(lines))
        for rule, lines in by_rule.items()
        if lines
    ]


def _line(each: Finding, patients: Mapping[int, Patient], reader: Member) -> FindingLine:
    if each.rule in COUNTED:
        what = ngettext("%(n)d pasient", "%(n)d pasienter", each.times) % {"n": each.times}
    else:
        what = ngettext("sett %(n)d gang", "sett %(n)d ganger", each.times) % {"n": each.times}
    return FindingLine(
        each, what, _told(each.told), patients.get(each.patient_id), own=each.member_id == reader.pk
    )


def _told(told: str) -> str:
    """A break-glass: its ground in words, and what was written."""
    why, mark, reason = told.partition(": ")
    return f"{BreakGlass.Why(why).label}: {reason}" if mark and why in BreakGlass.Why.values else told


def titles() -> list[tuple[str, str]]:
    return [("", _("Alle regler")), *((rule, data["text"]) for rule, data in RULES.items())]
