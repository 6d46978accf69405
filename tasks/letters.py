"""Which rules let a task be sent back or declined, and the letter that says so. Pure.

The rules are data (tasks/data/return_rules.toml), each with its source. A letter says nothing of who the patient is:
it is copied into a message that carries that itself.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

DATA = Path(__file__).parent / "data"
CERTIFICATE = "certificate"
SHORT = 2  # letters of a family name that is too common a word to be refused alone
HOSPITAL = "hospital"

# Eleven digits, however they are grouped: a personnummer, or nothing that a letter needs.
_ELEVEN_DIGITS = re.compile(r"(?<!\d)(?:\d[\s.\-\u2010-\u2015]*){10}\d(?!\d)")
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """A rule by its code. `about`: work that a hospital sends, or certificates. `days`: working days to answer in."""

    code: str
    title: str
    source: str
    about: str
    text: str
    days: int | None = None

    @property
    def refuses(self) -> bool:
        """Does it decline the work, rather than send it back to whoever should do it?"""
        return self.about == CERTIFICATE


def _read() -> dict[str, ReturnRule]:
    with (DATA / "return_rules.toml").open("rb") as file:
        rules = [ReturnRule(**row) for row in tomllib.load(file)["rule"]]
    return {rule.code: rule for rule in rules}


RULES: dict[str, ReturnRule] = _read()


def rules_for(return_rule: str, origin: str) -> list[ReturnRule]:
    """The rules that may be named for a task, the kind's own first; none for work that is ours alone.

    What a hospital sends may be any of its own (H1–H6); what the catalogue says may be declined, by that rule.
    """
    own = [RULES[return_rule]] if return_rule in RULES else []
    sent = [rule for rule in RULES.values() if rule.about == HOSPITAL] if origin == HOSPITAL else []
    return own + [rule for rule in sent if rule not in own]


def letter(rule: ReturnRule, *, what: str, sender: str, clinic: str, today: dt.date) -> str:
    """The letter as it is proposed: to be looked at, changed, and copied or printed."""
    body = rule.text.strip().replace("{what}", what)
    head = [_("Til %(sender)s") % {"sender": sender}] if sender else []
    ask = [_("Vi ber om svar innen %(n)d virkedager.") % {"n": rule.days}] if rule.days else []
    foot = _("Grunnlag: %(source)s (%(code)s).") % {"source": rule.source, "code": rule.code}
    signed = _("Vennlig hilsen\n%(clinic)s, %(day)s") % {"clinic": clinic, "day": f"{today:%d.%m.%Y}"}
    return "\n\n".join([*head, body, *ask, foot, signed])


def tells_who(
    text: str, names: tuple[str, str] = ("", ""), born: dt.date | None = None, *, drafted: str = ""
) -> bool:
    """Does the text hold a personnummer, the birth date, a family name, or all of a short name?

    `names` are (given, family). What the drafted letter says by itself tells nothing: a name may be a word as well.
    """
    words, ours = (Counter(_WORDS.findall(each.casefold())) for each in (text, drafted))
    added = words - ours
    given, family = (_WORDS.findall(name.casefold()) for name in names)
    by_family = any(name in added or f"{name}s" in added for name in family if len(name) > SHORT)
    by_all = bool(given and family) and all(name in words for name in given + family)
    by_birth = born is not None and len(_date(born).findall(text)) > len(_date(born).findall(drafted))
    return bool(_ELEVEN_DIGITS.search(text)) or by_family or by_all or by_birth


def _date(day: dt.date) -> re.Pattern[str]:
    """The day as people write it: 5.11.1990, 05.11.90, 05/11-1990, 051190, 05111990, 1990-11-05."""
    year = f"(?:{day:%Y}|{day:%y})"
    parted = rf"0?{day.day}[\s./-]+0?{day.month}[\s./-]+{year}"
    return re.compile(rf"(?<!\d)(?:{parted}|{day:%d%m}{year}|{day:%Y-%m-%d})(?!\d)")
