"""How an import ends, or comes to where somebody is to decide: what is written down of it, and what is let go."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions.uploads import KEPT, remove_all_but_rows, remove_upload
from patients.models import ImportProblem, ImportRun
from patients.tally import Tally
from teams.wall import clinic_scope

log = logging.getLogger(__name__)


def failed() -> str:
    return _("Noe gikk galt, og ingenting er tatt inn. Prøv igjen.")


def end(run: ImportRun, state: str, tally: Tally, message: str) -> None:
    """`close` after a rollback. Should what was counted itself be what cannot be written, without it."""
    try:
        close(run, state, tally, message)
    except Exception as error:
        log_without_words(run, error)
        close(run, ImportRun.State.FAILED, Tally(), failed())


def close(run: ImportRun, state: str, tally: Tally, message: str) -> None:
    """Write down what came of it, and let the upload go when nothing is left to do with it."""
    counts = tally.counts()
    ready = state == ImportRun.State.READY
    # Whoever sent rows that were refused may want to have them back to mend.
    has_rows = ready or state in (ImportRun.State.DONE, ImportRun.State.REFUSED)
    rows_file = run.rows_file if has_rows and tally.problem_count else ""
    with clinic_scope(run.clinic_id):
        _tell_problems(run, tally)
        ended = ImportRun.objects.filter(pk=run.pk)
        ended.update(
            state=state,
            finished_at=timezone.now(),
            rows_read=run.rows_total or 0,
            counts=counts,
            unmapped=tally.codes(),
            message=message,
            rows_file=rows_file,
            expires_at=timezone.now() + KEPT,
        )
        if ready:
            ended.update(preview=counts)
        else:
            ended.update(asked=[], stored_as=run.stored_as if rows_file else "")
            remove = remove_all_but_rows if rows_file else remove_upload
            transaction.on_commit(lambda: remove(run.stored_as), robust=True)


def _tell_problems(run: ImportRun, tally: Tally) -> None:
    ImportProblem.objects.filter(run_id=run.pk).delete()
    ImportProblem.objects.bulk_create(
        (
            ImportProblem(
                clinic_id=run.clinic_id,
                run_id=run.pk,
                file_name=problem.place.file[-200:],
                row=problem.place.row,
                column=problem.column,
                message=problem.message,
            )
            for problem in tally.problems
        ),
        batch_size=2_000,
    )


def log_without_words(run: ImportRun, error: Exception) -> None:
    """Where it broke, but not what the error says: a database's error quotes rows."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-8:]))
    log.error("import failed run=%s error=%s at=%s", run.pk, type(error).__name__, where)
