"""Our own patient list: what a clinic can export from its EPJ, one row a patient (docs/import.md)."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from operator import itemgetter

from django.utils.translation import gettext as _

from patients.imports.codes import followed_code, written_code
from patients.imports.rows import (
    PATIENTS,
    ConditionRow,
    Identifier,
    MedicationRow,
    PatientRow,
    Place,
    Records,
    Row,
    RowError,
    Unmapped,
)
from patients.imports.values import (
    Bad,
    Remembered,
    birth_date,
    cut,
    date,
    deceased_on,
    personnummer,
    required,
    text,
)

# A clinic's own number for a patient; unique within the clinic, so it needs no name of a system.
EPJ_SYSTEM = "epj:pasientnr"
LIST = "pasientliste"
_BETWEEN = re.compile(r"[\s,;|/]+")
_ATC = re.compile(r"([A-Z]\d{2}[A-Z]{2}\d{2})\s+(.+)")

ALIASES = {
    "personnummer": "personnummer", "fødselsnummer": "personnummer", "fodselsnummer": "personnummer",
    "fnr": "personnummer", "personnr": "personnummer", "fødselsnr": "personnummer", "f.nr": "personnummer",
    "pasientnr": "pasientnr", "pasientnummer": "pasientnr", "pasient-id": "pasientnr", "pasientid": "pasientnr",
    "fornavn": "fornavn", "etternavn": "etternavn",
    "navn": "navn", "pasientnavn": "navn", "etternavn, fornavn": "navn",
    "født": "født", "fodt": "født", "f.dato": "født", "fødselsdato": "født", "fodselsdato": "født",
    "kjønn": "kjønn", "kjonn": "kjønn",
    "fastlege": "fastlege", "lege": "fastlege",
    "fast sykepleier": "fast sykepleier", "sykepleier": "fast sykepleier",
    "hjemmesykepleie": "hjemmesykepleie", "hjemmetjeneste": "hjemmesykepleie",
    "ute av listen": "ute av listen", "ut av listen": "ute av listen", "meldt av listen": "ute av listen",
    "tilstander": "tilstander", "diagnoser": "tilstander", "icpc-2": "tilstander", "icpc2": "tilstander",
    "icd-10": "icd-10", "icd10": "icd-10", "icd-10-koder": "icd-10", "diagnoser (icd-10)": "icd-10",
    "legemidler": "legemidler", "legemidler i bruk": "legemidler",
    "død": "død", "dod": "død", "dødsdato": "død", "dodsdato": "død",
}  # fmt: skip
# In the order that `Reader` takes them.
COLUMNS = (
    "personnummer", "pasientnr", "fornavn", "etternavn", "født", "kjønn", "fastlege", "fast sykepleier",
    "hjemmesykepleie", "død", "ute av listen", "navn", "tilstander", "icd-10", "legemidler",
)  # fmt: skip
NEEDED = ("fornavn", "etternavn", "født")
_SEXES = {
    "k": "female", "kvinne": "female", "f": "female", "female": "female", "jente": "female",
    "m": "male", "mann": "male", "male": "male", "gutt": "male",
    "": "unknown", "ukjent": "unknown", "annet": "unknown",
}  # fmt: skip
_YES_NO = {
    "ja": True, "j": True, "x": True, "1": True, "sann": True, "true": True,
    "nei": False, "n": False, "0": False, "usann": False, "false": False, "": None,
}  # fmt: skip


def columns(names: tuple[str, ...]) -> tuple[str, ...]:
    """Our names for the columns of a heading; a column that is not ours keeps its own."""
    return tuple(ALIASES.get(name, name) for name in names)


def is_ours(names: tuple[str, ...]) -> bool:
    """Is this a patient list, even one with columns missing?"""
    own = {"personnummer", "pasientnr", "fornavn", "etternavn", "navn", "født"}
    return len(set(columns(names)) & own) >= 2


def missing(names: tuple[str, ...]) -> list[str]:
    """The columns that a list must have and this one has not."""
    found = set(columns(names))
    if "navn" in found:  # «Etternavn, Fornavn»
        found |= {"fornavn", "etternavn"}
    lacking = [name for name in NEEDED if name not in found]
    if not found & {"personnummer", "pasientnr"}:
        lacking.append(_("personnummer eller pasientnr"))
    return lacking


# Of a cell with codes: (ICPC-2, system, code as written) of what we follow, and what we do not.
Told = tuple[list[tuple[str, str, str]], list[Unmapped]]
_NOTHING: Told = ([], [])


class Reader:
    """Reads the rows of a list under one heading (our names for its columns). Fast where the row is good."""

    kind = PATIENTS

    def __init__(
        self,
        names: tuple[str, ...],
        file: str,
        *,
        today: dt.date,
        synthetic_only: bool,
        also: frozenset[str] = frozenset(),
    ) -> None:
        # A column that the list has not got is read from beyond its last cell, where `read` puts an empty one.
        places = (names.index(name) if name in names else len(names) for name in COLUMNS)
        self._pick = itemgetter(*places)
        self._file = file
        self._today = today
        self._synthetic_only = synthetic_only
        self._joined = not {"fornavn", "etternavn"} <= set(names)
        self._tells_drugs = "legemidler" in names
        self._also = also
        self._codes = Remembered(partial(self._split, Remembered(self._icpc2_or_icd10)))
        self._icd10_codes = Remembered(partial(self._split, Remembered(self._icd10)))
        self._drugs = Remembered(_drug)
        self._born = Remembered(lambda day: birth_date(day, "født", today=today), most=40_000)
        self._sex = Remembered(_sex)
        # Names come again and again, and are forgotten with the reader.
        self._given = Remembered(lambda name: required(name, "fornavn", longest=80))
        self._full_name = Remembered(_full_name)
        self._family = Remembered(lambda name: required(name, "etternavn", longest=80))
        self._doctor = Remembered(lambda name: text(name, "fastlege", longest=120))
        self._nurse = Remembered(lambda name: text(name, "fast sykepleier", longest=120))

    def worth_reading(self, rows: Records) -> Records:
        return rows

    def read(self, row: int, cells: list[str], into: list[Row]) -> None:
        """A patient with conditions and drugs, or one RowError for them all."""
        cells.append("")
        picked: tuple[str, ...] = self._pick(cells)
        place = Place(self._file, row)
        try:
            person = self._patient(place, picked)
            codes, icd10, drugs = picked[-3:]
            followed, unmapped = self._codes[codes] if codes else _NOTHING
            if icd10:
                others = self._icd10_codes[icd10]
                followed, unmapped = followed + others[0], unmapped + others[1]
        except Bad as bad:
            into.append(RowError(PATIENTS, place, bad.column, bad.message, _names(*picked[:2])))
            return
        into.append(person)
        subject = person.identifiers[0]
        for icpc2, system, code in followed:
            into.append(ConditionRow(place, subject, icpc2, system, code, "", None, None))
        if unmapped:
            into += unmapped
        for drug in drugs.split("|") if drugs else ():
            code, name = self._drugs[drug]
            if name:
                into.append(MedicationRow(place, subject, LIST, code, name, None, None, True))

    def rest(self) -> list[Row]:
        return []

    def _icpc2_or_icd10(self, word: str) -> tuple[str, str, str]:
        """ICPC-2, system and code as written; ICPC-2 is empty when no programme follows it."""
        found = written_code(word)
        if found is None:
            raise Bad(
                "tilstander", _("Inneholder noe annet enn koder (ICPC-2 eller ICD-10) med komma mellom.")
            )
        return followed_code(*found, self._also) or "", *found

    def _icd10(self, word: str) -> tuple[str, str, str]:
        found = written_code(word, icd10=True)
        if found is None:
            raise Bad("icd-10", _("Inneholder noe annet enn ICD-10-koder med komma mellom."))
        return followed_code(*found, self._also) or "", *found

    def _split(self, words: dict[str, tuple[str, str, str]], cell: str) -> Told:
        """Of a cell with codes: what we follow, and what we do not; each code once."""
        told = dict.fromkeys([words[word] for word in _BETWEEN.split(cell) if word])
        followed = [found for found in told if found[0]]
        return followed, [Unmapped(system, code, "") for icpc2, system, code in told if not icpc2]

    def _patient(self, place: Place, picked: tuple[str, ...]) -> PatientRow:
        number, own, given, family, born, sex, doctor, nurse, home_care, died, moved, name = picked[:-3]
        birth = self._born[born]
        if self._joined:
            given_name, family_name = self._full_name[name]
        else:
            given_name, family_name = self._given[given], self._family[family]
        return PatientRow(
            place,
            _identifiers(number, own, self._synthetic_only),
            given_name,
            family_name,
            birth,
            self._sex[sex],
            self._doctor[doctor],
            True,
            deceased_on(died, "død", born=birth, today=self._today) if died else None,
            True,
            self._tells_drugs,
            self._nurse[nurse],
            _yes(home_care) if home_care else None,
            _moved_on(moved, self._today) if moved else None,
        )


def _names(number: str, own: str) -> tuple[Identifier, ...]:
    """What a refused row calls its patient, as far as it can be read."""
    try:
        return _identifiers(number, own, synthetic_only=False)
    except Bad:
        return ()


def _identifiers(number: str, own: str, synthetic_only: bool) -> tuple[Identifier, ...]:
    found: tuple[Identifier, ...] = ()
    if number and not number.isspace():
        found = (personnummer(number, "personnummer", synthetic_only=synthetic_only),)
    if own and (own := own if own.isdigit() and len(own) < 20 else text(own, "pasientnr", longest=80)):
        found += (Identifier(EPJ_SYSTEM, own),)
    if not found:
        raise Bad("personnummer", _("Raden har verken personnummer eller pasientnr."))
    return found


def _full_name(cell: str) -> tuple[str, str]:
    """Given and family name of «Oppspinn, Kari Ann». Without the comma nobody can say where one ends."""
    family, comma, given = cell.partition(",")
    if not comma:
        raise Bad("navn", _("Skriv Etternavn, Fornavn med komma mellom.") if cell.strip() else _("Mangler."))
    return required(given, "navn", longest=80), required(family, "navn", longest=80)


def _sex(cell: str) -> str:
    found = _SEXES.get(cell.strip().lower())
    if found is None:
        raise Bad("kjønn", _("Skriv K, M eller la feltet stå tomt."))
    return found


def _yes(cell: str) -> bool | None:
    word = cell.strip().lower()
    if word not in _YES_NO:
        raise Bad("hjemmesykepleie", _("Skriv ja, nei eller la feltet stå tomt."))
    return _YES_NO[word]


def _moved_on(cell: str, today: dt.date) -> dt.date | None:
    moved = date(cell, "ute av listen")
    if moved and moved > today:
        raise Bad("ute av listen", _("Datoen er i framtiden."))
    return moved


def _drug(drug: str) -> tuple[str, str]:
    """`A10BA02 Metformin`: code and name; a name without an ATC code is its own code. Both empty for nothing."""
    name = cut(drug, 200)
    if found := _ATC.fullmatch(name):
        return found.group(1), found.group(2)
    return name.lower()[:40], name
