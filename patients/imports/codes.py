"""Which conditions we follow, what we call them, and SNOMED CT → ICPC-2 for them.

Two tables beside the code (patients/data/). Names and notes are our own words, not WONCA's or SNOMED's.
What is left out on purpose: risk is not disease (prediabetes, metabolic syndrome, lipids, risk use of
alcohol), a seizure is not epilepsy, a symptom or a screening finding is not a diagnosis.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

SNOMED = "http://snomed.info/sct"
ICPC2 = "http://hl7.org/fhir/sid/icpc-2"
# The preferred URI first, then Volven's OID and HL7's (DOMAIN §6.1).
ICPC2_SYSTEMS = frozenset(
    {
        ICPC2,
        "urn:oid:2.16.578.1.12.4.1.1.7170",
        "urn:oid:2.16.840.1.113883.6.139",
        "http://hl7.org/fhir/sid/icpc2",
    }
)
_DATA = Path(__file__).resolve().parent.parent / "data"
_ICPC2 = re.compile(r"([A-Z]\d\d)(?:\.\d+)?")


def _table(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def followed() -> dict[str, str]:
    """ICPC-2 code → our name, for every condition that a programme may follow."""
    return {row["icpc2"]: row["name"] for row in _table("followed_icpc2.csv")}


@cache
def _from_snomed() -> dict[str, str]:
    return {row["snomed"]: row["icpc2"] for row in _table("snomed_icpc2.csv")}


def icpc2_code(text: str) -> str | None:
    """`T90` out of `T90`, `t90` or ICPC-2B's `T90.0001`; None for what is no ICPC-2 code."""
    found = _ICPC2.fullmatch(text.strip().upper())
    return found.group(1) if found else None


def followed_code(system: str, code: str) -> str | None:
    """The ICPC-2 code that we follow, or None when no programme does."""
    found = (
        icpc2_code(code)
        if system in ICPC2_SYSTEMS
        else _from_snomed().get(code)
        if system == SNOMED
        else None
    )
    return found if found in followed() else None
