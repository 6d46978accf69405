"""The two public data sets that lie beside the project, taken in as they are. Skipped where they are absent."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from patients.models import Condition, Encounter, ImportRun, Medication, Patient, PatientIdentifier
from tests.conftest import Cast
from tests.patients.conftest import SHARED, conserved


def data(name: str) -> Path:
    path = SHARED / name
    if not path.is_dir():
        pytest.skip(f"the data set {name} is not beside the project")
    return path


def test_a_thousand_synthea_people_by_command_and_again(solbakken: Cast) -> None:
    path = data("synthea-csv")
    out = StringIO()
    call_command("import_csv", path, clinic="solbakken", stdout=out)
    first = ImportRun.objects.get()
    assert conserved(first)
    assert [first.counts[kind]["read"] for kind in ("patients", "conditions", "medications")] == [
        1000,
        20512,
        17922,
    ]
    assert first.counts["problems"] == 0
    assert Patient.objects.count() == first.counts["patients"]["new"] == 1000
    assert Patient.objects.filter(deceased_on__isnull=False).count() == 93
    active = Condition.objects.filter(ends_on__isnull=True)
    assert [active.filter(icpc2=code).count() for code in ("K86", "T90", "R95", "P70")] == [246, 93, 24, 25]
    assert Medication.objects.count() == 1501
    assert first.counts["conditions"]["unmapped"] == sum(row[3] for row in first.unmapped) == 19063
    assert not PatientIdentifier.objects.filter(value__startswith="999-").exists()

    call_command("import_csv", path, clinic="solbakken", stdout=out)
    second = ImportRun.objects.first()
    assert second is not None
    assert second.pk != first.pk
    for kind in ("patients", "conditions", "medications"):
        assert second.counts[kind]["unchanged"] == first.counts[kind]["new"]
        assert {**second.counts[kind], "unchanged": 0} == {**first.counts[kind], "new": 0}
    assert "uendret" in out.getvalue()


def test_ten_living_and_three_dead_in_fhir_bulk(furulund: Cast) -> None:
    path = data("fhir-bulk-10")
    for _ in range(2):
        call_command("import_fhir", path, clinic="furulund", stdout=StringIO())
    second, first = ImportRun.objects.all()
    reads = [first.counts[kind]["read"] for kind in ("patients", "conditions", "medications", "encounters")]
    assert reads == [13, 555, 1745, 1215]
    assert conserved(first)
    assert conserved(second)
    # Three rows are of people who died; they share a birth date with a living one, and nothing else.
    assert Patient.objects.count() == 13
    assert Patient.objects.followed().count() == 10
    assert Encounter.objects.count() == 1215
    assert [second.counts[kind]["unchanged"] for kind in ("patients", "encounters")] == [13, 1215]
    assert all(
        second.counts[kind]["new"] + second.counts[kind]["changed"] == 0
        for kind in ("patients", "conditions")
    )
