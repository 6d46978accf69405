"""FHIR R4 Patient, by the Norwegian base profile (no-basis-Patient) or any other.

Identifiers: a person number under any of its systems; else the sender's own. Numbers that belong to the
person elsewhere (American SSN, driver's licence, passport, tax number) are no business of ours and are not
kept (data minimisation).
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _

from patients.imports.fhir_practitioners import Practitioners
from patients.imports.rows import LOCAL, Identifier, PatientRow, Place
from patients.imports.values import Bad, birth_date, deceased_on, personnummer, required, text
from patients.personnummer import DNR_SYSTEM, FNR_SYSTEM

PERSON_NUMBER_SYSTEMS = frozenset(
    {
        FNR_SYSTEM,
        DNR_SYSTEM,
        "http://hl7.no/fhir/NamingSystem/FNR",
        "http://hl7.no/fhir/NamingSystem/DNR",
    }
)
# A transaction may say «the patient with this number» instead of where it stands.
_CONDITIONAL = re.compile(r"Patient\?identifier=([^|&]+)\|([^|&]+)")
RESOURCE_ID_SYSTEM = "urn:ietf:rfc:4122"
_NOT_OURS = frozenset({"SS", "SB", "DL", "PPN", "TAX", "NIIP", "NI", "BCT", "EN", "FILL", "PLAC"})
_NOT_OUR_SYSTEMS = ("us-ssn", "passport", "2.16.840.1.113883.4.3.", "2.16.840.1.113883.4.1")
_SEXES = {"female": "female", "male": "male"}


def subject_of(resource: dict[str, Any]) -> Identifier:
    """Whom a resource is about: by reference within the import, or by identifier."""
    subject = resource.get("subject") or {}
    named = subject.get("identifier") or {}
    if reference := str(subject.get("reference", "")).split("/_history/")[0]:
        if asked := _CONDITIONAL.fullmatch(reference):
            return _named(unquote(asked[1]), unquote(asked[2]))
        return Identifier(LOCAL, _local_name(reference))
    if named.get("system") and named.get("value"):
        return _named(str(named["system"]), str(named["value"]))
    raise Bad("subject", _("Sier ikke hvilken pasient den gjelder."))


def _named(system: str, value: str) -> Identifier:
    if system in PERSON_NUMBER_SYSTEMS:
        return personnummer(value, "subject", synthetic_only=False)
    return Identifier(required(system, "subject", longest=200), required(value, "subject", longest=80))


def _local_name(reference: str, column: str = "subject") -> str:
    """What a resource is called inside the import, out of a reference to it. Never cut: it names somebody."""
    return required(reference.rsplit("/", 1)[-1].removeprefix("urn:uuid:"), column, longest=80)


def patient(
    place: Place,
    resource: dict[str, Any],
    url: str,
    doctors: Practitioners,
    *,
    today: dt.date,
    synthetic_only: bool,
) -> PatientRow:
    """`url` is where its Bundle says that it stands. Raises Bad, or the error of a wrong shape."""
    born = birth_date(resource.get("birthDate", ""), "birthDate", today=today)
    died, exact = _death(resource, born, today)
    name = _name(resource.get("name", []))
    return PatientRow(
        place=place,
        identifiers=_identifiers(resource, url, synthetic_only),
        given_name=required(" ".join(name.get("given", [])), "name", longest=80),
        family_name=required(name.get("family", ""), "name", longest=80),
        birth_date=born,
        sex=_SEXES.get(resource.get("gender", ""), "unknown"),
        doctor=text(doctors.of(resource), "generalPractitioner", longest=120),
        deceased_on=died,
        deceased_exact=exact,
    )


def _death(resource: dict[str, Any], born: dt.date, today: dt.date) -> tuple[dt.date | None, bool]:
    if died := deceased_on(resource.get("deceasedDateTime", ""), "deceased", born=born, today=today):
        return died, True
    return (today, False) if resource.get("deceasedBoolean") is True else (None, True)


def _name(names: list[dict[str, Any]]) -> dict[str, Any]:
    """The official name, else the usual, else the first that is not an old one."""
    current = [n for n in names if n.get("use") not in ("old", "maiden", "nickname")]
    if not current:
        raise Bad("name", _("Mangler."))
    return min(current, key=lambda n: {"official": 0, "usual": 1}.get(n.get("use", ""), 2))


def local_names(resource: dict[str, Any], url: str) -> tuple[Identifier, ...]:
    """What others in the import may call the patient: its id, where its Bundle says it stands, what it is linked to.

    A duplicate that its sender has linked to another resource (Patient.link) bears the other's name too.
    """
    same = [
        str(link["other"]["reference"])
        for link in resource.get("link", [])
        if link.get("type") in ("replaces", "replaced-by")
    ]
    names = [_local_name(str(resource["id"]), "id")] if resource.get("id") else []
    if url:
        names.append(_local_name(url, "fullUrl"))
    names += [_local_name(name, "link") for name in same]
    return tuple(dict.fromkeys(Identifier(LOCAL, name) for name in names))


def _identifiers(resource: dict[str, Any], url: str, synthetic_only: bool) -> tuple[Identifier, ...]:
    """The patient's lasting names first, then the ones that hold inside this import."""
    lasting = dict.fromkeys(
        found for i in resource.get("identifier", []) if (found := _identifier(i, synthetic_only)) is not None
    )
    local = local_names(resource, url)
    if not local:
        raise Bad("id", _("Mangler."))
    own = local[0].value
    if not lasting and _is_uuid(own):
        lasting = {Identifier(RESOURCE_ID_SYSTEM, own.lower()): None}
    if not lasting:
        # Another sender may well have a patient 17 too: an id that is not unique in the world names nobody.
        raise Bad("identifier", _("Pasienten har verken personnummer eller avsenderens egen identifikator."))
    return (*lasting, *local)


def _identifier(identifier: dict[str, Any], synthetic_only: bool) -> Identifier | None:
    system, value = str(identifier.get("system", "")), str(identifier.get("value", "")).strip()
    if system in PERSON_NUMBER_SYSTEMS and value:
        return personnummer(value, "identifier", synthetic_only=synthetic_only)
    types = {str(c.get("code")) for c in identifier.get("type", {}).get("coding", [])}
    if not system or not value or identifier.get("use") in ("old", "temp") or types & _NOT_OURS:
        return None
    if any(part in system.lower() for part in _NOT_OUR_SYSTEMS):
        return None
    return Identifier(required(system, "identifier", longest=200), required(value, "identifier", longest=80))


def _is_uuid(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False
