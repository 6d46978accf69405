"""Our own patient list: what a clinic can export from its EPJ, one row a patient (docs/import.md)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from patients.imports.codes import ICPC2, followed_code, icpc2_code
from patients.imports.rows import (
    PATIENTS,
    ConditionRow,
    Identifier,
    MedicationRow,
    PatientRow,
    Place,
    Row,
    RowError,
    Unmapped,
)
from patients.imports.values import Bad, birth_date, cut, deceased_on, personnummer, required, text

# A clinic's own number for a patient; unique within the clinic, so it needs no name of a system.
EPJ_SYSTEM = "epj:pasientnr"
LIST = "pasientliste"
_ATC = re.compile(r"([A-Z]\d{2}[A-Z]{2}\d{2})\s+(.+)")

ALIASES = {
    "personnummer": "personnummer", "fødselsnummer": "personnummer", "fodselsnummer": "personnummer",
    "fnr": "personnummer", "personnr": "personnummer",
    "pasientnr": "pasientnr", "pasientnummer": "pasientnr", "pasient-id": "pasientnr", "pasientid": "pasientnr",
    "fornavn": "fornavn", "etternavn": "etternavn",
    "født": "født", "fodt": "født", "fødselsdato": "født", "fodselsdato": "født",
    "kjønn": "kjønn", "kjonn": "kjønn",
    "fastlege": "fastlege", "lege": "fastlege",
    "tilstander": "tilstander", "diagnoser": "tilstander", "icpc-2": "tilstander", "icpc2": "tilstander",
    "legemidler": "legemidler", "legemidler i bruk": "legemidler",
    "død": "død", "dod": "død", "dødsdato": "død", "dodsdato": "død",
}  # fmt: skip
NEEDED = ("fornavn", "etternavn", "født")
_SEXES = {
    "k": "female", "kvinne": "female", "f": "female", "female": "female", "jente": "female",
    "m": "male", "mann": "male", "male": "male", "gutt": "male",
    "": "unknown", "ukjent": "unknown", "annet": "unknown",
}  # fmt: skip


def columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """Our names for the columns of a heading; a column that is not ours keeps its own."""
    return tuple(ALIASES.get(name, name) for name in names)


def is_ours(names: tuple[str, ...]) -> bool:
    """Is this a patient list, even one with columns missing?"""
    return len(set(columns(names)) & {"personnummer", "pasientnr", "fornavn", "etternavn", "født"}) >= 2


def missing(names: tuple[str, ...]) -> list[str]:
    """The columns that a list must have and this one has not."""
    found = set(columns(names))
    lacking = [name for name in NEEDED if name not in found]
    if not found & {"personnummer", "pasientnr"}:
        lacking.append(_("personnummer eller pasientnr"))
    return lacking


def parse(place: Place, cells: dict[str, str], *, today: dt.date, synthetic_only: bool) -> Iterator[Row]:
    """A patient with conditions and drugs, or one RowError for them all."""
    try:
        person = _patient(place, cells, today, synthetic_only)
        codes = _codes(cells.get("tilstander", ""))
        drugs = list(_drugs(cells.get("legemidler", "")))
    except Bad as bad:
        yield RowError(PATIENTS, place, bad.column, bad.message, _names(cells))
        return
    yield person
    subject = person.identifiers[0]
    for code in codes:
        if followed := followed_code(ICPC2, code):
            yield ConditionRow(place, subject, followed, ICPC2, code, "", None, None)
        else:
            yield Unmapped(ICPC2, code, "")
    for code, name in drugs:
        yield MedicationRow(place, subject, LIST, code, name, None, None, in_use=True)


def _patient(place: Place, cells: dict[str, str], today: dt.date, synthetic_only: bool) -> PatientRow:
    born = birth_date(cells["født"], "født", today=today)
    sex = _SEXES.get(cells.get("kjønn", "").strip().lower())
    if sex is None:
        raise Bad("kjønn", _("Skriv K, M eller la feltet stå tomt."))
    return PatientRow(
        place=place,
        identifiers=_identifiers(cells, synthetic_only),
        given_name=required(cells["fornavn"], "fornavn", longest=80),
        family_name=required(cells["etternavn"], "etternavn", longest=80),
        birth_date=born,
        sex=sex,
        doctor=text(cells.get("fastlege", ""), "fastlege", longest=120),
        doctor_must_exist=True,
        deceased_on=deceased_on(cells.get("død", ""), "død", born=born, today=today),
        all_drugs_told="legemidler" in cells,
    )


def _identifiers(cells: dict[str, str], synthetic_only: bool) -> tuple[Identifier, ...]:
    found = []
    if cells.get("personnummer", "").strip():
        found.append(personnummer(cells["personnummer"], "personnummer", synthetic_only=synthetic_only))
    if own := text(cells.get("pasientnr", ""), "pasientnr", longest=80):
        found.append(Identifier(EPJ_SYSTEM, own))
    if not found:
        raise Bad("personnummer", _("Raden har verken personnummer eller pasientnr."))
    return tuple(found)


def _names(cells: dict[str, str]) -> tuple[Identifier, ...]:
    """What a refused row calls its patient, as far as it can be read."""
    try:
        return _identifiers(cells, synthetic_only=False)
    except Bad:
        return ()


def _codes(cell: str) -> list[str]:
    codes = []
    for word in re.split(r"[\s,;|/]+", cell.strip()):
        code = icpc2_code(word)
        if word and code is None:
            raise Bad("tilstander", _("Inneholder noe annet enn ICPC-2-koder med komma mellom."))
        if code and code not in codes:
            codes.append(code)
    return codes


def _drugs(cell: str) -> Iterator[tuple[str, str]]:
    """`A10BA02 Metformin | Paracet`: code and name; a name without an ATC code is its own code."""
    for drug in cell.split("|"):
        name = cut(drug, 200)
        if found := _ATC.fullmatch(name):
            yield found.group(1), found.group(2)
        elif name:
            yield name.lower()[:40], name
