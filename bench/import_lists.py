"""Lists to take in, made by seed: our own format, and Synthea's two files in Synthea's own shape.

Nobody is meant: names are demo's, numbers are the tax authority's synthetic series. The list's patients have 1.5
followed conditions, one that nobody follows and 0.8 drugs on average; Synthea's have twenty conditions each, of
which 1.2 are followed, as in Synthea's own sample.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from demo.names import family_name, given_name
from patients.imports.codes import followed
from patients.personnummer import make_tenor

DOCTORS = ("Hanne Holm", "Arne Aune", "Tiril Tangen", "Sindre Strand", "Aksel Aas")
LIST_HEADING = (
    "personnummer",
    "fornavn",
    "etternavn",
    "født",
    "kjønn",
    "fastlege",
    "tilstander",
    "legemidler",
)
SYNTHEA_PATIENTS = (
    "ID", "BIRTHDATE", "DEATHDATE", "SSN", "DRIVERS", "PASSPORT", "PREFIX", "FIRST", "LAST", "SUFFIX", "MAIDEN",
    "MARITAL", "RACE", "ETHNICITY", "GENDER", "BIRTHPLACE", "ADDRESS", "CITY", "STATE", "ZIP",
)  # fmt: skip
SYNTHEA_CONDITIONS = ("START", "STOP", "PATIENT", "ENCOUNTER", "CODE", "DESCRIPTION")

_FIRST, _DAYS = dt.date(1932, 1, 1), 33_000
_UNFOLLOWED = (
    "A04",
    "L03",
    "R74",
    "S88",
    "P01",
    "D12",
    "N01",
    "F92",
    "H71",
    "U71",
    "K29",
    "A97",
    "L15",
    "R05",
)
_DRUGS = (
    "A10BA02 Metformin", "C09AA05 Ramipril", "C10AA05 Atorvastatin", "B01AC06 Albyl-E", "R03AC02 Ventoline",
    "C07AB02 Selo-Zok", "N06AB10 Cipralex", "A02BC02 Somac", "H03AA01 Levaxin", "Paracet",
)  # fmt: skip
_FOLLOWED_SNOMED = (
    "44054006", "38341003", "53741008", "230690007", "233678006", "64859006", "49436004", "431855005",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lists:
    """Files of one import, and how many patients and followed conditions (each once) they tell of."""

    path: Path
    files: tuple[Path, ...]
    patients: int
    rows: int
    conditions: int


def our_list(folder: Path, patients: int, seed: int) -> Lists:
    """`folder/liste.csv`: UTF-8, semicolons, one row a patient."""
    rng = random.Random(seed)
    codes = sorted(followed())
    told = 0
    path = folder / "liste.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow(LIST_HEADING)
        for n in range(patients):
            born = _FIRST + dt.timedelta(days=n * 7919 % _DAYS)
            female = rng.random() < 0.5
            has = rng.sample(codes, rng.choice((0, 1, 1, 1, 2, 2, 2, 3)))
            told += len(has)
            drugs = rng.sample(_DRUGS, rng.choice((0, 0, 0, 0, 1, 1, 2, 2)))
            rows.writerow(
                (
                    make_tenor(born, n // _DAYS),
                    given_name(rng, born.year, female=female),
                    family_name(rng),
                    f"{born:%d.%m.%Y}",
                    "K" if female else "M",
                    DOCTORS[n % len(DOCTORS)],
                    ",".join([*has, rng.choice(_UNFOLLOWED)]),
                    " | ".join(drugs),
                )
            )
    return Lists(path, (path,), patients, patients, told)


def synthea(folder: Path, patients: int, seed: int) -> Lists:
    """`folder/patients.csv` and `folder/conditions.csv`: commas, 20 columns and 6."""
    rng = random.Random(seed)
    files = (folder / "patients.csv", folder / "conditions.csv")
    conditions = told = 0
    with ExitStack() as stack:
        people, diseases = (
            csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline=""))) for path in files
        )
        people.writerow(SYNTHEA_PATIENTS)
        diseases.writerow(SYNTHEA_CONDITIONS)
        for n in range(patients):
            name = _uuid(rng)
            people.writerow(_synthea_patient(rng, n, name))
            for row, is_followed in _synthea_conditions(rng):
                diseases.writerow((*row[:2], name, *row[2:]))
                conditions += 1
                told += is_followed
    return Lists(folder, files, patients, patients + conditions, told)


def _uuid(rng: random.Random) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _synthea_patient(rng: random.Random, n: int, name: str) -> tuple[str, ...]:
    born = _FIRST + dt.timedelta(days=n * 7919 % _DAYS)
    female = rng.random() < 0.5
    return (
        name, f"{born}", "", f"999-{n % 90 + 10}-{n % 9000 + 1000}", f"S999{n % 90000 + 10000}", "", "Mrs." if female else "Mr.",
        f"{given_name(rng, born.year, female=female).split()[0]}{n % 900 + 100}", f"{family_name(rng)}{n % 900 + 100}",
        "", "", "M", "white", "scottish", "F" if female else "M", "San Jose  California  US",
        f"{n % 900 + 100} Oppdiktet Lane", "Oppdiktet", "California", f"{n % 90000 + 10000}.0",
    )  # fmt: skip


def _synthea_conditions(rng: random.Random) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Twenty on average, from the eldest; a followed one once."""
    has = set(rng.sample(range(20), rng.choice((0, 1, 1, 1, 2, 2))))
    diseases = iter(rng.sample(_FOLLOWED_SNOMED, len(has)))
    for place in range(rng.randint(19, 21)):
        starts_on = dt.date(1990, 1, 1) + dt.timedelta(days=place * 600 + rng.randrange(600))
        encounter = _uuid(rng)
        if place in has:
            code = next(diseases)
            yield (f"{starts_on}", "", encounter, code, "A disease that is followed"), True
        else:
            kind = rng.randrange(130)
            stop = f"{starts_on + dt.timedelta(days=14)}" if rng.random() < 0.87 else ""
            yield (
                (f"{starts_on}", stop, encounter, f"{kind}9500{kind}", f"Passing finding number {kind}"),
                False,
            )
