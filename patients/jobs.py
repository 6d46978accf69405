"""Imports in the background."""

from celery import shared_task

from patients.actions import expire_imports, remove_orphans, run_import
from patients.models import ImportRun
from teams.wall import clinic_scope, jobs_scope


@shared_task
def import_list(run_id: int, clinic_id: int) -> None:
    """Look one list through or take it in, then ask for the clinic's next. Safe to run twice, and after a kill."""
    run = run_import(run_id=run_id, clinic_id=clinic_id)
    if run is None or run.state in ImportRun.UNFINISHED:
        return  # another worker is at it, or at another import of the clinic, and will ask for this one
    with clinic_scope(clinic_id):
        following = ImportRun.objects.in_line().filter(clinic_id=clinic_id).first()
    if following:
        import_list.delay(following.pk, clinic_id)


@shared_task
def resume_imports() -> None:
    """Ask again for imports that no worker finished: a broker gives out a dead worker's job only after an hour.

    And let go of what has been kept for as long as it may.
    """
    expire_imports()
    with jobs_scope():
        waiting = list(ImportRun.objects.unfinished().values_list("pk", "clinic_id"))
        remove_orphans()
    for run_id, clinic_id in waiting:
        import_list.delay(run_id, clinic_id)
