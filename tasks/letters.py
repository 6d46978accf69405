"""Which rules let a task be sent back or declined, and the letter that says so. Pure.

The rules are data (tasks/data/return_rules.toml), each with its source. A letter says nothing of who the patient is:
it is copied into a message that carries that itself.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

DATA = Path(__file__).parent / "data"
CERTIFICATE = "certificate"
HOSPITAL = "hospital"

# Eleven digits, however they are grouped: a personnummer, or nothing that a letter needs.
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{6}[ .-]?\d{5}(?!\d)")


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


def tells_who(text: str, names: tuple[str, ...] = ()) -> bool:
    """Does the text hold a personnummer, or all of these names?"""
    words = set(re.findall(r"[\w-]+", text.casefold()))
    told = [name for name in names if name] and all(
        part in words for name in names for part in name.casefold().split()
    )
    return bool(_ELEVEN_DIGITS.search(text)) or bool(told)
