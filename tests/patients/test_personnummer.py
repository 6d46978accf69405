"""Person numbers: our own small set always runs, the tax authority's ten when they lie beside the project."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from patients.personnummer import (
    DNR_SYSTEM,
    FNR_SYSTEM,
    Fault,
    fault,
    is_synthetic,
    is_valid,
    make_tenor,
    masked,
    system_of,
)

VECTORS = Path(__file__).resolve().parents[3] / "shared/data/personnummer_vectors.csv"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("01828500186", None),
        ("29820450521", None),  # 29 February 2004
        ("41819077906", None),  # synthetic D-number with a first control digit of the 2032 rule
        ("01828500187", Fault.CONTROL),
        ("01828500286", Fault.CONTROL),
        ("30820450521", Fault.DATE),  # 30 February
        ("29820550521", Fault.DATE),  # 29 February 2005
        ("01998500186", Fault.DATE),
        ("00828500186", Fault.DATE),
        ("0182850018", Fault.SHAPE),
        ("018285001866", Fault.SHAPE),
        ("018285OO186", Fault.SHAPE),
        ("٠١٨٢٨٥٠٠١٨٦", Fault.SHAPE),  # Arabic digits are digits to Python
        ("", Fault.SHAPE),
    ],
)
def test_synthetic_numbers_are_judged_rightly(number: str, expected: Fault | None) -> None:
    assert fault(number, synthetic_only=True) is expected


def test_a_number_that_could_be_somebodys_is_refused_outside_production() -> None:
    h_or_nav = "01410100033"  # month + 40: NAV's test number or a person's H-number, nobody can tell
    assert is_valid(h_or_nav)
    assert not is_synthetic(h_or_nav)
    assert fault(h_or_nav, synthetic_only=True) is Fault.NOT_SYNTHETIC
    assert fault(h_or_nav, synthetic_only=False) is None


def test_every_made_number_is_valid_synthetic_and_of_its_date() -> None:
    for year in (1899, 1900, 1939, 1958, 1999, 2000, 2026, 2039):
        born = dt.date(year, 3, 31)
        numbers = [make_tenor(born, serial) for serial in range(150)]
        assert len(set(numbers)) == 150
        assert all(is_valid(n) and is_synthetic(n) for n in numbers)
        assert {n[:6] for n in numbers} == {f"3183{year % 100:02d}"}


def test_the_same_serial_gives_the_same_number_and_too_many_are_refused() -> None:
    born = dt.date(1985, 2, 1)
    assert make_tenor(born, 0) == make_tenor(born, 0) == "01828500186"
    with pytest.raises(ValueError, match="No synthetic number"):
        make_tenor(born, 500)
    with pytest.raises(ValueError, match="No synthetic number"):
        make_tenor(dt.date(1800, 1, 1), 0)


def test_a_number_is_filed_as_what_it_is_and_shown_masked() -> None:
    assert system_of("01828500186") == FNR_SYSTEM
    assert system_of("41819077906") == DNR_SYSTEM
    assert masked("01828500186") == "018285 •••••"


def test_the_tax_authoritys_ten_numbers() -> None:
    if not VECTORS.exists():
        pytest.skip(f"the tax authority's test numbers are not beside the project ({VECTORS.name})")
    with VECTORS.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            (r["fødselsnummer"], r["erGyldig"] == "true", r["erSyntetisk"] == "true")
            for r in csv.DictReader(file)
        ]
    assert len(rows) == 10
    assert [(n, is_valid(n), is_synthetic(n)) for n, _, _ in rows] == rows
