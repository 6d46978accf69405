"""The same seed and day give the same rows, to the last column; another seed gives others."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from demo.seed import seed
from tasks.models import Task
from teams.models import Member

TODAY = dt.date(2026, 3, 4)
ROOMS = ("teams", "patients", "tasks", "reports")
# Drawings, and the wall time that a sharing out took.
NOT_THE_SAME = {"svg", "seconds"}


def fingerprint() -> str:
    """A hash of all rows, with primary keys counted from each table's first."""
    seen = hashlib.sha256()
    tables = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    first = {
        model: model._default_manager.aggregate(first=models.Min("pk"))["first"] or 0 for model in tables
    }
    for model in tables:
        fields = [f for f in model._meta.concrete_fields if f.name not in NOT_THE_SAME]
        base: list[int] = []
        for f in fields:
            target: Any = f.related_model if f.is_relation else model if f.primary_key else None
            base.append(first.get(target, 0))
        for row in model._default_manager.order_by("pk").values_list(*(f.attname for f in fields)):
            line = [v - b if b and v is not None else v for v, b in zip(row, base, strict=True)]
            for value in line:
                if isinstance(value, dict | list):
                    _from_the_first(value, first[Member], first[Task])
            seen.update(repr(line).encode())
    return seen.hexdigest()


def _from_the_first(value: Any, member: int, task: int) -> None:
    """The ids inside a reason, an event, a run's loads and what it left, counted from the first as columns are."""
    if isinstance(value, dict):
        for other in value.get("others", []):
            other[0] -= member
        for each in value.get("members", []):
            each["id"] -= member
        if "after" in value:
            value["after"] -= task
    else:
        for each in value:
            if isinstance(each, list):
                each[0] -= task


def made(number: int) -> str:
    with transaction.atomic():
        seed(today=TODAY, number=number, patients=80, charts=0)
        found = fingerprint()
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_same_seed_same_rows_and_another_seed_others() -> None:
    first = made(7)
    assert made(7) == first
    assert made(8) != first
