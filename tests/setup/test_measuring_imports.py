"""`bin/bench import`: the lists that it makes, the floor that it copies, and figures of what it says."""

from __future__ import annotations

import csv
import datetime as dt
import importlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from bench.import_floor import copy_bare, files_to_copy
from bench.import_lists import Lists, our_list, synthea
from patients.imports.reading import read, recognise

Maker = Callable[[Path, int, int], Lists]
MAKERS: tuple[Maker, ...] = (our_list, synthea)
measuring = importlib.import_module("bench.import")  # a keyword is no name for `import`


def told(lists: Lists) -> Counter[str]:
    """What the product reads out of the files, by kind of row."""
    found: Counter[str] = Counter()
    for row in read(
        recognise(lists.path), today=dt.date(2026, 11, 23), synthetic_only=True, progress=lambda _n: None
    ):
        found[type(row).__name__] += getattr(row, "times", 1)
    return found


@pytest.mark.parametrize("make", MAKERS)
def test_a_list_is_read_without_a_refused_row_and_tells_what_it_says_it_tells(
    make: Maker, tmp_path: Path
) -> None:
    lists = make(tmp_path, 300, 1)
    found = told(lists)
    assert "RowError" not in found
    assert (found["PatientRow"], found["ConditionRow"]) == (lists.patients, lists.conditions)
    if make is synthea:
        assert sum(found.values()) == lists.rows
        assert 18 < (lists.rows - lists.patients) / lists.patients < 22


@pytest.mark.parametrize("make", MAKERS)
def test_a_list_is_the_same_by_the_same_seed(make: Maker, tmp_path: Path) -> None:
    contents = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        lists = make(tmp_path / name, 40, seed)
        contents.append([path.read_bytes() for path in lists.files])
    assert contents[0] == contents[1] != contents[2]


def test_the_floor_of_our_own_list_has_each_condition_as_a_row(tmp_path: Path) -> None:
    lists = our_list(tmp_path, 50, 1)
    (_, whole, _), (_, conditions, _) = files_to_copy(lists, tmp_path)
    assert whole == lists.path
    with conditions.open(encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=";"))
    found = told(lists)
    assert len(rows) - 1 == found["ConditionRow"] + found["Unmapped"]
    assert len({number for number, _code in rows[1:]}) == 50


@pytest.mark.parametrize("make", MAKERS)
def test_the_floor_copies_and_leaves_nothing(make: Maker, tmp_path: Path, committed: None) -> None:
    copies = files_to_copy(make(tmp_path, 20, 1), tmp_path)
    assert copy_bare(copies) > 0
    assert not [name for name in connection.introspection.table_names() if name.startswith("floor")]


def test_an_import_is_measured_beside_its_work_and_must_be_whole(tmp_path: Path, committed: None) -> None:
    lists = our_list(tmp_path, 30, 1)
    clinic = measuring._clinic(0)
    seconds, work = measuring._spent(lambda: measuring._take_in(clinic, lists.path))
    assert seconds > 0
    assert work is None or 0 < work < 60
    measuring._insist(clinic, lists)
    measuring._look_through(clinic, lists.path)
    with pytest.raises(RuntimeError, match="taken in"):
        measuring._insist(measuring._clinic(1), lists)
