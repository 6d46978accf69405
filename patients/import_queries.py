"""What a preview told, and how large the list is that it was told of."""

from __future__ import annotations

from django.db.models import F, QuerySet

from patients.models import ImportChange, ImportRun, NameOrder, Patient

PAGE = 100
ROWS_SHOWN = 2_000


def list_size(clinic_id: int) -> int:
    """How many are on the clinic's list: a number, also for those who may see nobody. One query."""
    return Patient.objects.filter(clinic_id=clinic_id).followed().count()


def changes(run: ImportRun, fate: str) -> QuerySet[ImportChange]:
    """The rows that would change a patient in the order of the file; those the file lacks by name."""
    rows = run.changes.filter(fate=fate).select_related("patient__list_doctor")
    if fate == ImportChange.Fate.GONE:
        return rows.order_by(NameOrder("patient__family_name"), NameOrder("patient__given_name"), "pk")
    return rows.order_by("file_name", F("row").asc(nulls_last=True), "pk")


def new_rows(run: ImportRun) -> list[tuple[str, int]]:
    """File and row of those who would be new, at most `ROWS_SHOWN`. One query."""
    new = run.changes.filter(fate=ImportChange.Fate.NEW, row__isnull=False)
    return list(new.order_by("file_name", "row").values_list("file_name", "row")[:ROWS_SHOWN])
