"""What the charts of a closed week are called, and what they show, in words. Pure: nothing is fetched here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.queries import Headline
from teams.templatetags.fordel import minutes as in_words


@dataclass(frozen=True, slots=True)
class Words:
    """What a chart is called, and what it shows, in words."""

    title: str
    description: str


def movable_words(headline: Headline) -> Words:
    buckets = {name: in_words(minutes) for name, minutes in headline.buckets.items()}
    return Words(
        _("Legetid på arbeid andre kan ta, uke %(week)d") % {"week": headline.week.number},
        _("%(movable)s kan flyttes nå, %(preparable)s kan forberedes av andre, %(returnable)s skal tilbake eller kan avslås.")
        % buckets,
    )  # fmt: skip


def capacity_words(headline: Headline) -> Words:
    return Words(
        _("Tid til oppgaver, og hva som ble brukt av den, per yrke, uke %(week)d")
        % {"week": headline.week.number},
        _("I alt %(done)s brukt av %(capacity)s.")
        % {
            "done": in_words(headline.numbers["task_minutes"]),
            "capacity": in_words(headline.numbers["capacity"]),
        },
    )


def trend_words(headlines: Sequence[Headline]) -> Words:
    first, last = headlines[0], headlines[-1]
    return Words(
        _("Legetid på arbeid andre kan ta, og forfalt ved ukeslutt, uke %(first)d–%(last)d")
        % {"first": first.week.number, "last": last.week.number},
        _("Fra %(before)s og %(late)d forfalte til %(now)s og %(left)d forfalte.")
        % {
            "before": in_words(first.minutes),
            "late": first.report.overdue,
            "now": in_words(last.minutes),
            "left": last.report.overdue,
        },
    )
