"""FHIR R4 Bulk Data: one JSON resource a line. Patient, Condition, MedicationRequest and Encounter.

Other resource types are counted and passed over. A resource that is not built as R4 says becomes a row
error, whatever is wrong with it: nothing here trusts a shape.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from patients.imports.codes import ICPC2_SYSTEMS, SNOMED, followed_code
from patients.imports.fhir_patient import patient, subject_of
from patients.imports.rows import (
    CONDITIONS,
    ENCOUNTERS,
    MEDICATIONS,
    PATIENTS,
    UNREADABLE,
    ConditionRow,
    EncounterRow,
    Ignored,
    MedicationRow,
    Place,
    Row,
    RowError,
    Unmapped,
)
from patients.imports.values import Bad, cut, date, moment, period, required

ATC = "http://www.whocc.no/atc"
KIND_OF_TYPE = {
    "Patient": PATIENTS,
    "Condition": CONDITIONS,
    "MedicationRequest": MEDICATIONS,
    "Encounter": ENCOUNTERS,
}
_HAS_IT = {"active", "recurrence", "relapse"}
_HAPPENED = {"arrived", "triaged", "in-progress", "onleave", "finished"}
_IN_USE = {"active", "on-hold"}
_ENDED = {"completed", "stopped", "cancelled"}
_ORDERED = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
# JSON can spell what PostgreSQL cannot hold: \u0000 and half a surrogate pair. The group is what may stand: both
# halves of a pair, and escapes of other kinds (an escaped backslash with a u after it is one of those).
_ESCAPE = re.compile(
    r"(\\[^u]|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def parse(place: Place, line: str, *, today: dt.date, synthetic_only: bool) -> Row:
    """One line of NDJSON."""
    if "\\u" in line:
        line = _ESCAPE.sub(lambda found: found[1] or UNREADABLE, line)
    try:
        resource = json.loads(line)
        kind = KIND_OF_TYPE.get(resource["resourceType"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return RowError(PATIENTS, place, "", _("Linjen er ikke en FHIR-ressurs."))
    if kind is None:
        return Ignored(cut(str(resource["resourceType"]), 40))
    try:
        if kind == PATIENTS:
            return patient(place, resource, today=today, synthetic_only=synthetic_only)
        return _fact(kind, place, resource, today)
    except Bad as bad:
        return RowError(kind, place, bad.column, bad.message, _refused(kind, resource))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        return RowError(
            kind, place, "", _("Ressursen er ikke bygd som FHIR R4 sier."), _refused(kind, resource)
        )


def _fact(kind: str, place: Place, resource: dict[str, Any], today: dt.date) -> Row:
    if kind == ENCOUNTERS:
        return _encounter(place, resource, today)
    return _condition(place, resource) if kind == CONDITIONS else _medication(place, resource)


def _refused(kind: str, resource: dict[str, Any]) -> tuple[Any, ...]:
    """The local name of a patient that was refused, as far as it can be read."""
    if kind != PATIENTS or not isinstance(resource.get("id"), str):
        return ()
    try:
        return (subject_of({"subject": {"reference": resource["id"]}}),)
    except Bad:
        return ()


def codings(concept: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """(system, code, display) of each coding that has a code."""
    return [
        (cut(str(c.get("system", "")), 120), str(c["code"]).strip(), cut(str(c.get("display", "")), 200))
        for c in (concept or {}).get("coding", [])
        if c.get("code")
    ]


def _status(resource: dict[str, Any], name: str) -> str:
    return next((code for _system, code, _display in codings(resource.get(name))), "")


def _condition(place: Place, resource: dict[str, Any]) -> Row:
    subject = subject_of(resource)
    if _status(resource, "verificationStatus") not in ("", "confirmed"):
        return Ignored(CONDITIONS)  # refuted, mistaken or not yet a diagnosis
    found = codings(resource.get("code"))
    # ICPC-2 is what GPs wrote themselves; SNOMED CT goes through our table.
    found.sort(key=lambda c: (c[0] not in ICPC2_SYSTEMS, c[0] != SNOMED))
    system, code, display = next(
        (c for c in found if followed_code(*c[:2])), found[0] if found else ("", "", "")
    )
    icpc2 = followed_code(system, code)
    if icpc2 is None:
        # Free text without a code may say anything of anybody: counted, not named.
        return Unmapped(system, cut(code, 40), display)
    onset = resource.get("onsetDateTime") or resource.get("onsetPeriod", {}).get("start")
    begun = onset or resource.get("recordedDate", "")
    over = resource.get("abatementDateTime") or resource.get("abatementPeriod", {}).get("end") or ""
    starts_on, ends_on = period(begun, over, ("onset", "abatement"))
    clinical = _status(resource, "clinicalStatus")
    if clinical in _HAS_IT:
        ends_on = None
    elif clinical and not ends_on:
        ends_on = date(resource.get("recordedDate", ""), "recordedDate") or starts_on
    return ConditionRow(place, subject, icpc2, system, cut(code, 40), display, starts_on, ends_on)


def _medication(place: Place, resource: dict[str, Any]) -> Row:
    subject = subject_of(resource)
    status, intent = resource["status"], resource["intent"]
    if status not in _IN_USE | _ENDED or intent not in _ORDERED or resource.get("doNotPerform"):
        return Ignored(MEDICATIONS)
    system, code, name = _drug(resource)
    validity = resource.get("dispenseRequest", {}).get("validityPeriod", {})
    starts_on = date(resource.get("authoredOn", ""), "authoredOn")
    in_use = status in _IN_USE
    ends_on = None if in_use else date(validity.get("end", ""), "dispenseRequest")
    return MedicationRow(place, subject, system, code, name, starts_on, ends_on, in_use)


def _drug(resource: dict[str, Any]) -> tuple[str, str, str]:
    """System, code and name; ATC before others, a contained Medication opened, text as the last resort."""
    concept = resource.get("medicationCodeableConcept") or {}
    reference = resource.get("medicationReference") or {}
    if str(reference.get("reference", "")).startswith("#"):
        inner = [c for c in resource.get("contained", []) if f"#{c.get('id')}" == reference["reference"]]
        concept = inner[0].get("code", {}) if inner else concept
    found = sorted(codings(concept), key=lambda c: c[0] != ATC)
    name = cut(str(concept.get("text") or reference.get("display") or ""), 200)
    if found:
        system, code, display = found[0]
        return system, required(code, "medication", longest=40), display or name or code
    if not name:
        raise Bad("medication", _("Legemidlet har verken kode eller navn."))
    return "", name.lower()[:40], name


def _encounter(place: Place, resource: dict[str, Any], today: dt.date) -> Row:
    subject = subject_of(resource)
    if resource["status"] not in _HAPPENED:
        return Ignored(ENCOUNTERS)
    when = resource["period"]
    starts_at = moment(when.get("start", ""), "period", today=today)
    ends_at = moment(when.get("end", ""), "period", today=today)
    if starts_at is None:
        raise Bad("period", _("Mangler."))
    if ends_at and ends_at < starts_at:
        raise Bad("period", _("Slutter før den begynner."))
    places = [place_.get("location", {}).get("display") for place_ in resource.get("location", [])]
    types = [display for _system, _code, display in codings(resource.get("serviceType"))]
    department = next(filter(None, [*types, *places, resource.get("serviceProvider", {}).get("display")]), "")
    source_id = required(resource["id"], "id", longest=80)
    act_class = cut(str(resource["class"].get("code", "")), 8)
    return EncounterRow(place, subject, source_id, act_class, cut(str(department), 120), starts_at, ends_at)


def resources(lines: Iterator[bytes]) -> Iterator[tuple[int, str | None]]:
    """Line number and text of each line that is not empty; None for a line that is not UTF-8."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                yield number, None
