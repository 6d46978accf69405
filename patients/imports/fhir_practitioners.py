"""The names of the Practitioners of an import, wherever in it they stand: a patient may refer to one further down."""

from __future__ import annotations

import re
from typing import Any

from patients.imports.values import cut

# A line or file that has none of these has nobody to tell of.
MARK = re.compile(rb'"resourceType"\s*:\s*"Practitioner(?:Role)?"')
# As many as all doctors of the country, several times over.
_MOST = 50_000


class Practitioners:
    """Names by what the import calls them; a PractitionerRole leads to its practitioner."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._roles: dict[str, str] = {}

    def add(self, resource: Any, url: str = "") -> None:
        """Take a resource if it is one of ours; whatever is wrong with it is nobody's error here."""
        if not isinstance(resource, dict) or len(self._names) + len(self._roles) >= _MOST:
            return
        keys = [_key(str(key)) for key in (resource.get("id"), url) if key]
        if resource.get("resourceType") == "Practitioner":
            found, into = _name_of(resource), self._names
        elif resource.get("resourceType") == "PractitionerRole":
            practitioner = resource.get("practitioner")
            display = _display(practitioner)
            reference = practitioner.get("reference") if isinstance(practitioner, dict) else None
            if display:
                found, into = display, self._names
            else:
                found, into = _key(str(reference or "")), self._roles
        elif resource.get("resourceType") == "Bundle" and isinstance(resource.get("entry"), list):
            for entry in resource["entry"]:
                self.add_entry(entry)
            return
        else:
            return
        into.update(dict.fromkeys(keys, found))

    def add_entry(self, entry: Any) -> None:
        if isinstance(entry, dict):
            self.add(entry.get("resource"), str(entry.get("fullUrl") or ""))

    def of(self, patient: dict[str, Any]) -> str:
        """The name of the patient's general practitioner, or nothing. Raises the error of a wrong shape."""
        inside = Practitioners()
        for contained in patient.get("contained", []):
            inside.add(contained)
        for doctor in patient.get("generalPractitioner", []):
            key = _key(str(doctor.get("reference", "")))
            name = inside._find(key.removeprefix("#")) or self._find(key) or _display(doctor)
            if name:
                return name
        return ""

    def _find(self, key: str) -> str:
        return self._names.get(self._roles.get(key, key), "")


def _key(reference: str) -> str:
    return reference.split("/_history/", maxsplit=1)[0].rsplit("/", 1)[-1].removeprefix("urn:uuid:")[:80]


def _display(reference: Any) -> str:
    return cut(str(reference.get("display") or ""), 120) if isinstance(reference, dict) else ""


def _name_of(practitioner: dict[str, Any]) -> str:
    """«Hanne Holm», or what the sender writes as one text."""
    names = practitioner.get("name")
    for name in names if isinstance(names, list) else []:
        if not isinstance(name, dict) or name.get("use") in ("old", "maiden", "nickname"):
            continue
        given = name.get("given")
        words = [
            *(given if isinstance(given, list) else []),
            name.get("family"),
        ]
        whole = " ".join(word for word in words if isinstance(word, str))
        if found := cut(whole if name.get("family") else str(name.get("text") or whole), 120):
            return found
    return ""
