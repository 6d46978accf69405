"""The demo clinics at a tenth of their size, made once for all tests here and rolled back afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from demo.seed import Seeded, seed

# A Saturday, so that the first working day is not the day itself.
TODAY = dt.date(2026, 11, 21)
PATIENTS = 400


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seeded]:
    """Not with the `db` fixture, which would make everything anew for every test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield seed(today=TODAY, number=1, patients=PATIENTS)
        transaction.set_rollback(True)
