"""The rules of retention as rows of a page. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rights.retention import How, Rule, rules
from tasks.models import Certainty


@dataclass(frozen=True, slots=True)
class RuleRow:
    rule: Rule
    how_long: str
    certainty: str
    ran_at: dt.datetime | None
    removed: int


def rule_rows(runs: Mapping[str, tuple[dt.datetime, int]]) -> list[RuleRow]:
    """`runs`: when each rule ran last, and how many rows it took then."""
    return [
        RuleRow(rule, how_long(rule), str(Certainty(rule.certainty).label), *runs.get(rule.name, (None, 0)))
        for rule in rules().values()
    ]


def how_long(rule: Rule) -> str:
    if rule.how is How.KEPT:
        return _("beholdes")
    if rule.years:
        return ngettext("%(n)d år", "%(n)d år", rule.years) % {"n": rule.years}
    days = rule.days or 0
    if days % 365 == 0:
        return ngettext("%(n)d år", "%(n)d år", days // 365) % {"n": days // 365}
    return ngettext("%(n)d dag", "%(n)d dager", days) % {"n": days}
