"""Imports in the background."""

from celery import shared_task

from patients.actions import remove_orphans, run_import
from patients.models import ImportRun
from teams.wall import jobs_scope


@shared_task
def import_list(run_id: int, clinic_id: int) -> None:
    """Take in one list. Safe to run twice, and again after a worker was killed."""
    run_import(run_id=run_id, clinic_id=clinic_id)


@shared_task
def resume_imports() -> None:
    """Ask again for imports that nobody finished: a broker gives out a dead worker's job only after an hour."""
    with jobs_scope():
        waiting = list(ImportRun.objects.unfinished().values_list("pk", "clinic_id"))
        remove_orphans()
    for run_id, clinic_id in waiting:
        import_list.delay(run_id, clinic_id)
