"""What a number that people are shown means, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Definition:
    """A number's name on screen, its unit, what is counted, and where the rule comes from."""

    name: str | Promise
    unit: str | Promise
    meaning: str | Promise
    source: str | Promise = ""
