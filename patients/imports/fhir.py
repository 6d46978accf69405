"""FHIR R4: resources by the line (NDJSON), in Bundles, or Bundles by the line.

Patient, Condition, MedicationRequest and Encounter; the names of Practitioners (`fhir_practitioners`). Other
resource types are counted and passed over. A resource that is not built as R4 says becomes a row error, whatever
is wrong with it: nothing here trusts a shape.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from patients.imports.codes import ICD10_SYSTEMS, ICPC2_SYSTEMS, SNOMED, followed_code
from patients.imports.fhir_json import Wrong, load
from patients.imports.fhir_patient import local_names, patient, subject_of
from patients.imports.fhir_practitioners import Practitioners
from patients.imports.rows import (
    CONDITIONS,
    ENCOUNTERS,
    MEDICATIONS,
    PATIENTS,
    ConditionRow,
    EncounterRow,
    Identifier,
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
# What an entry of a Bundle is called that tells of no resource to take in.
ENTRY = "Bundle.entry"
BUNDLES_DEEP = 3
# What a resource of the wrong shape makes Python say.
SHAPES = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
_HAS_IT = {"active", "recurrence", "relapse"}
_SURE, _MISTAKEN = {"", "confirmed"}, {"refuted", "entered-in-error"}
_HAPPENED = {"arrived", "triaged", "in-progress", "onleave", "finished"}
_IN_USE = {"active", "on-hold"}
_ENDED = {"completed", "stopped", "cancelled", "entered-in-error"}
_ORDERED = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}


class Reader:
    """Resources of one file in, rows out: `load` reads a line, `entry` one entry of a Bundle."""

    def __init__(
        self,
        file: str,
        doctors: Practitioners,
        *,
        today: dt.date,
        synthetic_only: bool,
        also: frozenset[str] = frozenset(),
    ) -> None:
        self._file = file
        self._doctors = doctors
        self._today = today
        self._synthetic_only = synthetic_only
        self._also = also

    def line(self, row: int, text: str) -> list[Row]:
        """A line of NDJSON: a resource, or a Bundle of them."""
        try:
            return self.resource(row, load(text))
        except Wrong as wrong:
            return [RowError(PATIENTS, Place(self._file, row), "", str(wrong))]

    def entry(self, row: int, entry: Any, seen: History | None) -> list[Row]:
        """One entry of a Bundle. `seen` when it is a history: an older version of what was told is passed over."""
        if isinstance(entry, Wrong):
            return [RowError(PATIENTS, Place(self._file, row), "", str(entry))]
        if not isinstance(entry, dict):
            return [self._shapeless(row)]
        resource = entry.get("resource")
        if (seen is not None and seen.is_old(entry)) or resource is None:
            return [Ignored(ENTRY)]  # deleted, only asked for, or a newer version has been told
        return self.resource(row, resource, str(entry.get("fullUrl") or ""))

    def resource(self, row: int, resource: Any, url: str = "", depth: int = 0) -> list[Row]:
        place = Place(self._file, row)
        name = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(name, str):
            return [self._shapeless(row)]
        if name == "Bundle" and depth < BUNDLES_DEEP:
            return self._inner(row, resource, depth)
        kind = KIND_OF_TYPE.get(name)
        return [self._row(kind, place, resource, url) if kind else Ignored(cut(name, 40))]

    def _row(self, kind: str, place: Place, resource: dict[str, Any], url: str) -> Row:
        today = self._today
        try:
            if kind == PATIENTS:
                only = self._synthetic_only
                return patient(place, resource, url, self._doctors, today=today, synthetic_only=only)
            if kind == ENCOUNTERS:
                return _encounter(place, resource, today)
            return (
                _condition(place, resource, self._also, self._today)
                if kind == CONDITIONS
                else _medication(place, resource)
            )
        except Bad as bad:
            return RowError(kind, place, bad.column, bad.message, _refused(kind, resource, url))
        except SHAPES:
            wrong = _("Ressursen er ikke bygd som FHIR R4 sier.")
            return RowError(kind, place, "", wrong, _refused(kind, resource, url))

    def _inner(self, row: int, bundle: dict[str, Any], depth: int) -> list[Row]:
        """A Bundle in a line, or in another Bundle: its rows all stand where it stands."""
        entries = bundle.get("entry") or []
        if not isinstance(entries, list):
            return [self._shapeless(row)]
        seen = History() if bundle.get("type") == "history" else None
        found: list[Row] = []
        for entry in entries:
            inner = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(inner, dict) and inner.get("resourceType") == "Bundle":
                found += self.resource(row, inner, depth=depth + 1)
            else:
                found += self.entry(row, entry, seen)
        return found

    def _shapeless(self, row: int) -> RowError:
        return RowError(PATIENTS, Place(self._file, row), "", _("Linjen er ikke en FHIR-ressurs."))


class History:
    """A history tells the newest version first, and of what was deleted: what comes later is old."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def is_old(self, entry: dict[str, Any]) -> bool:
        """Has this resource been told of before? It has now."""
        resource, request = entry.get("resource"), entry.get("request")
        if isinstance(resource, dict) and resource.get("id"):
            name = f"{resource.get('resourceType')}/{resource['id']}"
        else:
            name = str(request.get("url", "")) if isinstance(request, dict) else ""
            name = name.split("/_history")[0]
        if not name:
            return False
        key = hash(name)
        old = key in self._seen
        self._seen.add(key)
        return old


def _refused(kind: str, resource: dict[str, Any], url: str) -> tuple[Identifier, ...]:
    """The local names of a patient that was refused, as far as they can be read."""
    if kind != PATIENTS:
        return ()
    try:
        return local_names(resource, url)
    except (Bad, *SHAPES):
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


def _condition(place: Place, resource: dict[str, Any], also: frozenset[str], today: dt.date) -> Row:
    subject = subject_of(resource)
    sure = _status(resource, "verificationStatus")
    if sure not in _SURE | _MISTAKEN:
        return Ignored(CONDITIONS)  # not yet a diagnosis
    found = codings(resource.get("code"))
    # ICPC-2 is what GPs wrote themselves; SNOMED CT and then ICD-10 go through our tables.
    found.sort(key=lambda c: (c[0] not in ICPC2_SYSTEMS, c[0] != SNOMED, c[0] not in ICD10_SYSTEMS))
    system, code, display = next(
        (c for c in found if followed_code(c[0], c[1], also)), found[0] if found else ("", "", "")
    )
    icpc2 = followed_code(system, code, also)
    if icpc2 is None and sure in _MISTAKEN:
        return Ignored(CONDITIONS)
    if icpc2 is None:
        # Free text without a code may say anything of anybody: counted, not named.
        return Unmapped(system, cut(code, 40), display)
    if sure in _MISTAKEN:
        return ConditionRow(place, subject, icpc2, system, cut(code, 40), display, None, today, mistaken=True)
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
    try:
        system, code, name = _drug(resource)
    except Bad:
        if status in _MISTAKEN:
            return Ignored(MEDICATIONS)
        raise
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
