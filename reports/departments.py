"""Hospital-originated work by the department that sent it, over some closed weeks, and the letter that asks for it back. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.models import SenderLine
from tasks.letters import RULES
from tasks.models import TaskKind
from teams.templatetags.fordel import minutes as in_words


@dataclass(slots=True)
class Sent:
    """What one department sent of one kind: times done and returned, minutes in all and doctors' own."""

    kind: TaskKind
    done: int = 0
    returned: int = 0
    minutes: int = 0
    doctor_minutes: int = 0

    def add(self, line: SenderLine) -> None:
        self.done += line.done
        self.returned += line.returned
        self.minutes += line.done_minutes
        self.doctor_minutes += line.doctor_minutes

    @property
    def rule(self) -> str:
        """«H2: Rekvisisjon og prøvesvar …», or nothing for what is the clinic's to do."""
        rule = RULES.get(self.kind.return_rule)
        return f"{rule.code}: {rule.title}" if rule else ""


@dataclass(slots=True)
class Department:
    """A department and what it sent, the kind with most minutes first."""

    name: str
    sent: list[Sent] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.sent)

    @property
    def doctor_minutes(self) -> int:
        return sum(each.doctor_minutes for each in self.sent)

    @property
    def theirs(self) -> int:
        """Minutes on what a rule says that they should have done themselves."""
        return sum(each.minutes for each in self.sent if each.rule)


def departments(lines: Iterable[SenderLine]) -> list[Department]:
    """By department, the one with most minutes first."""
    of: dict[str, dict[int, Sent]] = defaultdict(dict)
    for line in lines:
        of[line.sender].setdefault(line.kind_id, Sent(line.kind)).add(line)
    found = [
        Department(
            name or _("Avsender ikke oppgitt"),
            sorted(kinds.values(), key=lambda each: (-each.minutes, each.kind.name)),
        )
        for name, kinds in of.items()
    ]
    return sorted(found, key=lambda each: (-each.minutes, each.name))


def letter(kind: TaskKind, found: Sequence[Department], *, clinic: str, span: str, today: dt.date) -> str:
    """To whom it may concern at the hospital: how often, how long, by which rule; "" where no rule says so.

    Nothing in it tells of a patient; departments and numbers alone.
    """
    rule = RULES.get(kind.return_rule)
    sent = [(each, one) for each in found for one in each.sent if one.kind.pk == kind.pk and one.done]
    if rule is None or not sent:
        return ""
    times = sum(one.done for _each, one in sent)
    told = {
        "what": kind.name.lower(),
        "span": span,
        "n": times,
        "time": in_words(sum(one.minutes for _each, one in sent)),
    }
    opening = ngettext(
        "Legekontoret har i %(span)s gjort «%(what)s» for sykehuset %(n)d gang, i alt %(time)s:",
        "Legekontoret har i %(span)s gjort «%(what)s» for sykehuset %(n)d ganger, i alt %(time)s:",
        times,
    )
    rows = "\n".join(f"– {each.name}: {one.done} · {in_words(one.minutes)}" for each, one in sent)
    asks = _(
        "Etter regelen om «%(title)s» skal sykehuset gjøre dette selv. Vi ber om at avdelingene blir minnet om det, og"
        " vil fra nå av sende slike oppgaver tilbake."
    ) % {"title": rule.title.lower()}  # fmt: skip
    source = _("Grunnlag: %(source)s (%(code)s).") % {"source": rule.source, "code": rule.code}
    signed = _("Vennlig hilsen\n%(clinic)s, %(day)s") % {"clinic": clinic, "day": f"{today:%d.%m.%Y}"}
    return "\n\n".join([opening % told + "\n" + rows, asks, source, signed])
