"""Which conditions we follow, what we call them, and SNOMED CT and ICD-10 → ICPC-2 for them.

Three tables beside the code (patients/data/). Names and notes are our own words, not WONCA's, WHO's or SNOMED's.
What is left out on purpose: risk is not disease (prediabetes, metabolic syndrome, lipids, risk use of
alcohol), a seizure is not epilepsy, a symptom or a screening finding is not a diagnosis, and a diabetes whose
type nobody tells (E13, E14) is neither type. An ICD-10 code counts for what begins with it, the longest first; a row
without ICPC-2 is left out.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

SNOMED = "http://snomed.info/sct"
ICPC2 = "http://hl7.org/fhir/sid/icpc-2"
ICD10 = "urn:oid:2.16.578.1.12.4.1.1.7110"
# The preferred URI first, then Volven's OID and HL7's (DOMAIN §6.1).
ICPC2_SYSTEMS = frozenset(
    {
        ICPC2,
        "urn:oid:2.16.578.1.12.4.1.1.7170",
        "urn:oid:2.16.840.1.113883.6.139",
        "http://hl7.org/fhir/sid/icpc2",
    }
)
ICD10_SYSTEMS = frozenset(
    {
        ICD10,
        "http://hl7.org/fhir/sid/icd-10",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "urn:oid:2.16.840.1.113883.6.3",
        "urn:oid:2.16.840.1.113883.6.90",
    }
)
_DATA = Path(__file__).resolve().parent.parent / "data"
_ICPC2 = re.compile(r"([A-Z]\d\d)(?:[1-9]|\.\d+)?")
_ICD10 = re.compile(r"[A-Z]\d[\dA-B](?:\.?[\dA-Z]{1,4})?")
# ICPC-2 has no chapters under these letters: a code that begins with one is ICD-10, whoever wrote it.
_ICD10_ONLY = frozenset("CEGIJMOQV")
_SHORTEST, _LONGEST = 3, 4


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


@cache
def _from_icd10() -> dict[str, str]:
    return {row["icd10"]: row["icpc2"] for row in _table("icd10_icpc2.csv")}


def icpc2_code(text: str) -> str | None:
    """`T90` out of `T90`, `t90` or ICPC-2B's `T90.0001`, `R99` out of Norway's own `R992`; None for what is none."""
    found = _ICPC2.fullmatch(text.strip().upper())
    return found.group(1) if found else None


def icd10_code(text: str) -> str | None:
    """`E119` out of `E11.9`, `e119`; None for what is no ICD-10 code. A † or * that it is marked with is dropped."""
    code = text.strip().upper().rstrip("†*+")
    return code.replace(".", "") if _ICD10.fullmatch(code) else None


def written_code(word: str, *, icd10: bool = False) -> tuple[str, str] | None:
    """(system, code) of a code by itself; None for what is neither.

    Many are both: K50 is Crohn's disease in ICD-10, and a process in ICPC-2. They are ICPC-2, which is what GPs
    write, unless `icd10` says otherwise.
    """
    if not icd10 and word[:1].upper() not in _ICD10_ONLY:
        code = icpc2_code(word)
        return (ICPC2, code) if code else None
    code = icd10_code(word)
    return (ICD10, code) if code else None


def followed_code(system: str, code: str, also: frozenset[str] = frozenset()) -> str | None:
    """The ICPC-2 code that we follow, or None when no programme does.

    `also`: ICPC-2 codes that the clinic follows beyond our table.
    """
    if system in ICPC2_SYSTEMS:
        found = icpc2_code(code)
    elif system == SNOMED:
        found = _from_snomed().get(code)
    elif system in ICD10_SYSTEMS:
        found = _icd10_to_icpc2(code)
    else:
        return None
    return found if found in followed() or found in also else None


def _icd10_to_icpc2(text: str) -> str | None:
    code = icd10_code(text) or ""
    table = _from_icd10()
    prefixes = (code[:length] for length in range(_LONGEST, _SHORTEST - 1, -1))
    return next((table[prefix] for prefix in prefixes if prefix in table), None)
