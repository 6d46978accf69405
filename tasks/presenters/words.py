"""What the sharing out decided, in bokmål: a text for every rule, reason, obstacle and ground. Pure.

The tests walk the enums, so that nothing new can be decided without words for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tasks.allocation.problem import Obstacle, Rule, WhyNot
from tasks.refusals import MayNot
from teams.models import Member, Profession

MOST_NAMES = 2
MOST_CLAUSES = 2

RULES: Mapping[str, Promise] = {
    Rule.PINNED: gettext_lazy("%(by)s har bestemt at %(you)s skal ha den."),
    Rule.ONLY_ONE: gettext_lazy("Bare %(you)s kan gjøre den av dem som jobber her."),
    Rule.ONLY_ROOM: gettext_lazy("Bare %(you)s har tid til den i tide: %(day)s."),
    Rule.LOWEST_LEVEL: gettext_lazy("En %(profession)s kan gjøre den, og %(you)s har tid %(day)s."),
    Rule.TOGETHER: gettext_lazy(
        "Pasienten har flere oppgaver hos %(to_you)s %(day)s, så alt blir gjort samlet."
    ),
    Rule.LIST_DOCTOR: gettext_lazy("%(You)s er fastlegen til pasienten og har tid %(day)s."),
    Rule.USUAL_NURSE: gettext_lazy("%(You)s er fast sykepleier for pasienten og har tid %(day)s."),
    Rule.COVER: gettext_lazy(
        "%(You)s er stedfortreder for den pasienten ellers hører til hos, og har tid %(day)s."
    ),
    Rule.HOLDER: gettext_lazy("%(You)s hadde den fra før og har tid %(day)s."),
    Rule.LEAST_LOADED: gettext_lazy("%(You)s har best tid av dem som kan gjøre den, og plass %(day)s."),
    Rule.AS_WELL: gettext_lazy(
        "%(You)s har tid %(day)s, og ingen av dem som kan gjøre den, har klart bedre tid."
    ),
}
# The same in a row, without its day: sixty rows with the same long sentence are read by nobody.
RULES_IN_ROWS: Mapping[str, Promise] = {
    Rule.ONLY_ROOM: gettext_lazy("Bare %(you)s har tid til den i tide."),
    Rule.LOWEST_LEVEL: gettext_lazy("En %(profession)s kan gjøre den."),
    Rule.TOGETHER: gettext_lazy("Samlet med pasientens andre oppgaver."),
    Rule.LIST_DOCTOR: gettext_lazy("%(You)s er fastlegen."),
    Rule.USUAL_NURSE: gettext_lazy("%(You)s er fast sykepleier."),
    Rule.COVER: gettext_lazy("%(You)s er stedfortreder."),
    Rule.HOLDER: gettext_lazy("%(You)s hadde den fra før."),
    Rule.LEAST_LOADED: gettext_lazy("%(You)s har best tid."),
    Rule.AS_WELL: gettext_lazy("%(You)s har tid."),
}
# A person's decision, told with who decided.
BY_A_PERSON = {
    "handed_on": gettext_lazy("%(by)s ga den videre til %(to_you)s."),
    "came_back": gettext_lazy("%(You)s hadde den før et fravær, og har fått den tilbake."),
    "given_back": gettext_lazy("%(by)s ga den tilbake til %(to_you)s."),
}

# After «Kari kunne også, men …»; a name or several stand before it.
WHY_NOT = {
    WhyNot.AWAY: gettext_lazy("er borte"),
    WhyNot.FULL: gettext_lazy("har ikke plass i tide"),
    WhyNot.LATER: gettext_lazy("har ikke plass så tidlig"),
    WhyNot.LEVEL: gettext_lazy("er på et høyere nivå enn den trenger"),
    WhyNot.TIE: gettext_lazy("kjenner ikke pasienten like godt"),
    WhyNot.TOGETHER: gettext_lazy("har ikke pasientens andre oppgaver"),
    WhyNot.HOLDER: gettext_lazy("hadde den ikke fra før"),
    WhyNot.LOADED: gettext_lazy("har mer å gjøre"),
    WhyNot.ALIKE: gettext_lazy("har omtrent like mye å gjøre"),
}
TOLD_FIRST = (
    WhyNot.FULL, WhyNot.LATER, WhyNot.AWAY, WhyNot.LOADED, WhyNot.ALIKE, WhyNot.TIE, WhyNot.TOGETHER, WhyNot.HOLDER, WhyNot.LEVEL,
)  # fmt: skip
# The same in the table, where the name stands beside it.
WHY_NOT_ALONE = {
    WhyNot.AWAY: gettext_lazy("Borte de dagene det gjelder"),
    WhyNot.FULL: gettext_lazy("Ikke nok ledig tid på noen av dagene"),
    WhyNot.LATER: gettext_lazy("Har først plass senere"),
    WhyNot.LEVEL: gettext_lazy("På et høyere nivå enn oppgaven trenger"),
    WhyNot.TIE: gettext_lazy("Den som fikk den, kjenner pasienten bedre"),
    WhyNot.TOGETHER: gettext_lazy("Den som fikk den, har pasientens andre oppgaver samme dag"),
    WhyNot.HOLDER: gettext_lazy("Den som fikk den, hadde den fra før"),
    WhyNot.LOADED: gettext_lazy("Har mer å gjøre enn den som fikk den"),
    WhyNot.ALIKE: gettext_lazy("Har omtrent like mye å gjøre"),
}

OBSTACLES = {
    Obstacle.NOBODY_MAY: gettext_lazy("Ingen av dem som jobber her nå, kan gjøre den."),
    Obstacle.NOBODY_THERE: gettext_lazy("Ingen av dem som kan gjøre den, er på jobb i tide."),
    Obstacle.TOO_LONG: gettext_lazy("Den tar lengre tid enn noen av dem som kan, har på én dag."),
    Obstacle.PINNED_FULL: gettext_lazy("Den er låst til en eller en dag som ikke har plass."),
    Obstacle.PINNED_AWAY: gettext_lazy("Den er låst til en som ikke er på jobb i tide."),
    Obstacle.NOBODY_HAS_TIME: gettext_lazy("Ingen av dem som kan gjøre den, har ledig tid i tide."),
    Obstacle.MAY_WAIT: gettext_lazy("Den haster ikke, og venter til en på et lavere nivå har tid."),
    Obstacle.AFTER: gettext_lazy("Den må komme etter en forberedelse som ikke har fått noen dag."),
}
ADVICE = {
    Obstacle.NOBODY_MAY: gettext_lazy("En lege kan delegere den, eller den kan sendes tilbake."),
    Obstacle.NOBODY_THERE: gettext_lazy("Flytt fristen, eller skaff en vikar."),
    Obstacle.TOO_LONG: gettext_lazy("Sett ned tiden, eller tillat overtid en dag."),
    Obstacle.PINNED_FULL: gettext_lazy("Lås opp, velg en annen dag, eller tillat overtid."),
    Obstacle.PINNED_AWAY: gettext_lazy("Lås den opp, eller lås den til en annen."),
    Obstacle.NOBODY_HAS_TIME: gettext_lazy("Tillat overtid, deleger til flere, eller utsett noe annet."),
    Obstacle.MAY_WAIT: gettext_lazy("Ingenting haster. Den fordeles når fristen nærmer seg."),
    Obstacle.AFTER: gettext_lazy("Finn plass til forberedelsen først."),
}

MAY_NOT = {
    MayNot.PROFESSION: gettext_lazy("Oppgaven krever %(professions)s"),
    MayNot.NOT_DELEGATED: gettext_lazy("Har ikke delegering fra fastlegen, %(doctor)s"),
    MayNot.NO_LIST_DOCTOR: gettext_lazy("Delegering gjelder bare når pasienten har fastlege her"),
    MayNot.OTHER_DOCTOR: gettext_lazy("Delegeringen er fra %(other)s, og gjelder ikke denne pasienten"),
    MayNot.NOT_YET: gettext_lazy("Delegeringen gjelder først fra %(day)s"),
    MayNot.EXPIRED: gettext_lazy("Delegeringen gikk ut %(day)s"),
    MayNot.REVOKED: gettext_lazy("Delegeringen ble trukket tilbake %(day)s"),
    MayNot.FORBIDDEN: gettext_lazy("Utelukket fra denne oppgaven av en leder"),
}
# The same in a few words, after a name where somebody chooses whom to give it to.
MAY_NOT_SHORT = {
    MayNot.PROFESSION: gettext_lazy("krever %(professions)s"),
    MayNot.NOT_DELEGATED: gettext_lazy("ikke delegert av %(doctor)s"),
    MayNot.NO_LIST_DOCTOR: gettext_lazy("ingen fastlege kan delegere den"),
    MayNot.OTHER_DOCTOR: gettext_lazy("delegert av %(other)s, ikke av fastlegen"),
    MayNot.NOT_YET: gettext_lazy("delegert først fra %(day)s"),
    MayNot.EXPIRED: gettext_lazy("delegeringen gikk ut %(day)s"),
    MayNot.REVOKED: gettext_lazy("delegeringen er trukket tilbake"),
    MayNot.FORBIDDEN: gettext_lazy("utelukket av en leder"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a sentence names them: «du» to oneself, else by name; nobody has none."""

    name: str
    profession: str = ""
    you: bool = False

    def words(self) -> dict[str, str]:
        """The keys that RULES may use. Norwegian verbs are the same for «du» and for a name."""
        profession = str(Profession(self.profession).label) if self.profession else _("medarbeider")
        if self.you:
            return {"You": _("Du"), "you": _("du"), "to_you": _("deg"), "profession": profession}
        return {"You": self.name, "you": self.name, "to_you": self.name, "profession": profession}


def as_seen(member: Member | None, by: Member) -> Person:
    """The member as `by` reads of them: «du» when it is themselves."""
    if member is None:
        return Person("")
    return Person(member.name, member.profession, you=member.pk == by.pk)


def short_names(members: Iterable[Member]) -> dict[int, str]:
    """First names by member id; the whole name where a colleague shares the first."""
    found = list(members)
    firsts = [member.name.split(" ")[0] for member in found]
    return {
        member.pk: first if firsts.count(first) == 1 else member.name
        for member, first in zip(found, firsts, strict=True)
    }


def profession_words(professions: Iterable[str]) -> str:
    """«lege», «lege eller sykepleier», «lege, sykepleier eller helsesekretær»."""
    *some, last = [str(Profession(each).label) for each in professions]
    return _("%(some)s eller %(last)s") % {"some": ", ".join(some), "last": last} if some else last


def day_words(day: dt.date | None, today: dt.date) -> str:
    """«i dag», «i morgen», «onsdag» within a week, else «onsdag 2. desember»; «en av dagene» when unknown."""
    if day is None:
        return _("en av dagene")
    ahead = (day - today).days
    if ahead in (0, 1):
        return _("i dag") if ahead == 0 else _("i morgen")
    return date_format(day, "l") if 1 < ahead < 7 else date_format(day, "l j. F")


def reason(
    why: Mapping[str, Any], person: Person, *, day: dt.date | None, today: dt.date, whole: bool = True
) -> str:
    """What decided that this person has it, or why nobody has, in one sentence, as in a row if not `whole`.

    Empty when nothing is stored.
    """
    if why.get("obstacle") in OBSTACLES:
        return str(OBSTACLES[Obstacle(why["obstacle"])])
    rule = str(why.get("rule"))
    text = BY_A_PERSON.get(rule) or (None if whole else RULES_IN_ROWS.get(rule)) or RULES.get(rule)
    if not text or not person.name:
        return ""
    by = str(why.get("by") or _("En kollega"))
    return str(text) % {**person.words(), "day": day_words(day, today), "by": by}


def against_others(why: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """«Kari kunne også, men har ikke plass så tidlig, og Amir er borte.» Empty when nobody else could.

    What anybody can check comes first (no room, away), that somebody was spared for being at a higher level last.
    """
    groups: dict[WhyNot, list[str]] = {}
    for member_id, why_not, *_loads in why.get("others", []):
        if why_not in WHY_NOT and member_id in names:
            groups.setdefault(WhyNot(why_not), []).append(names[member_id])
    in_order = sorted(groups.items(), key=lambda item: TOLD_FIRST.index(item[0]))
    clauses = [(_several(found), str(WHY_NOT[why_not])) for why_not, found in in_order[:MOST_CLAUSES]]
    if not clauses:
        return ""
    words = {"names": clauses[0][0], "why": clauses[0][1]}
    if len(clauses) == 1:
        return _("%(names)s kunne også, men %(why)s.") % words
    words |= {"names2": clauses[1][0], "why2": clauses[1][1]}
    return _("%(names)s kunne også, men %(why)s, og %(names2)s %(why2)s.") % words


def _several(names: list[str]) -> str:
    """«Kari», «Kari og Amir», «Kari, Amir og 3 til»."""
    if len(names) == 1:
        return names[0]
    if len(names) <= MOST_NAMES:
        return _("%(first)s og %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
    shown, more = names[:MOST_NAMES], len(names) - MOST_NAMES
    return _("%(names)s og %(n)d til") % {"names": ", ".join(shown), "n": more}
