"""Which passwords are refused: too short or long, found in a breach, or a common word with figures after it.

NIST SP 800-63B 3.1.1.2: length, a list of what is known to attackers, and words of the place itself; no rules about
capitals and signs, and no change by the calendar. The list that is always here holds what is twelve signs or longer
of the million most used passwords found in breaches; a clinic's own copy of Have I Been Pwned is asked too
(FORDEL_BREACHED_PASSWORDS). Nothing about a password leaves the machine.
"""

from __future__ import annotations

import gzip
import hashlib
import mmap
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LISTED = Path(__file__).parent / "data/breached-passwords.txt.gz"
# argon2 takes any length; beyond this a request is made to cost, not to protect.
LONGEST = 128
SIGNS = "0123456789 !?.,;:-_+*#@$%&/()[]{}=<>|~^'\"\\§½€£¤"
OF_THE_PLACE = (
    "fordel", "legekontor", "legekontoret", "legesenter", "legesenteret", "legevakt", "fastlege", "sykepleier",
    "helsesekretær", "helsesekretaer", "pasient", "passord", "passordet", "velkommen", "sommer", "sommeren", "vinter",
    "vinteren", "høst", "høsten", "vår", "våren", "januar", "februar", "mars", "april", "mai", "juni", "juli", "august",
    "september", "oktober", "november", "desember", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag",
    "søndag", "norge", "oslo", "bergen", "trondheim",
)  # fmt: skip


@cache
def _listed() -> frozenset[str]:
    return frozenset(gzip.decompress(LISTED.read_bytes()).decode().split("\n"))


@cache
def _words() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | frozenset(OF_THE_PLACE)


def is_breached(password: str) -> bool:
    """In the list that is always here, or in the copy of Have I Been Pwned that this server has."""
    if password.casefold() in _listed():
        return True
    path = settings.BREACHED_PASSWORDS
    return bool(path) and is_in_sorted(Path(path), password)


def is_in_sorted(path: Path, password: str) -> bool:
    """Have I Been Pwned's file as its own downloader writes it: lines `SHA1:count`, sorted. Shortened hashes do too.

    Forty gigabytes are not read: some thirty places in them are looked at.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        low, high = 0, len(lines)
        while low < high:
            begin = lines.rfind(b"\n", 0, (low + high) // 2) + 1
            end = lines.find(b"\n", begin)
            end = len(lines) if end < 0 else end
            found = lines[begin:end].split(b":")[0].strip().upper()
            if found and wanted.startswith(found):
                return True
            low, high = (end + 1, high) if found < wanted else (low, begin)
    return False


class LongestValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("Passordet kan ha inntil %(n)d tegn.") % {"n": LONGEST}, code="too_long")

    def get_help_text(self) -> str:
        return _("Inntil %(n)d tegn.") % {"n": LONGEST}


class BreachedValidator:
    def validate(self, password: str, user: Any = None) -> None:
        if is_breached(password):
            raise ValidationError(
                _(
                    "Passordet står i lister over passord på avveie. Velg et annet, og bytt det andre steder også."
                ),
                code="breached",
            )

    def get_help_text(self) -> str:
        return _("Ikke et passord som er kommet på avveie.")


class WordValidator:
    """`Sommeren2026!`: one common word, and what people put after it when they are told to change."""

    def validate(self, password: str, user: Any = None) -> None:
        bare = password.casefold().strip(SIGNS)
        if bare in _words() or len(set(password)) < 5:
            raise ValidationError(
                _("Et vanlig ord med tall og tegn rundt er lett å gjette. Sett heller sammen flere ord."),
                code="one_word",
            )

    def get_help_text(self) -> str:
        return _("Ikke ett vanlig ord med tall bak; heller flere ord etter hverandre.")
