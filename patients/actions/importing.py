"""Importing a patient list: asked for in one transaction, taken in whole in another, or not at all."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions.progress import Progress
from patients.actions.staging import Stage, doctors_by_name
from patients.actions.uploads import remove_upload, stored_path
from patients.imports.reading import Import, read, recognise
from patients.imports.rows import Unreadable
from patients.models import ImportProblem, ImportRun
from patients.tally import Tally
from teams.calendar import OSLO
from teams.models import Member, Profession
from teams.permissions import Permission, require
from teams.wall import clinic_scope

log = logging.getLogger(__name__)

# Advisory locks: one import at a time in a clinic, and one worker at a time on an import.
_CLINIC_LOCK, _RUN_LOCK = 0x0F0D, 0x0F0E
# An import that takes its worker down with it is not begun on for ever.
ATTEMPTS_MAX = 3


class _Refused(Exception):
    """Rolls the import's transaction back; the tally says why."""


def start_import(
    found: Import, *, by: Member | None, clinic_id: int, file_name: str, stored_as: str, good_rows_only: bool
) -> ImportRun:
    """An import that waits for `run_import`. `by` is None for whoever runs a command on the server.

    Raises PermissionDenied. The caller has recognised the file (`patients.imports.reading.recognise`).
    """
    if by is not None:
        require(by, Permission.IMPORT_PATIENTS)
        clinic_id = by.clinic_id
    return ImportRun.objects.create(
        clinic_id=clinic_id,
        source=found.format,
        file_name=file_name[:200],
        stored_as=stored_as,
        good_rows_only=good_rows_only,
        started_by=by,
        confirmed_by=by,
        confirmed_at=timezone.now(),
        rows_total=found.lines,
    )


def run_import(*, run_id: int, clinic_id: int, path: Path | None = None) -> ImportRun | None:
    """Take in what `start_import` asked for, as one transaction. Safe to call again, at any time.

    A finished import is left as it is; one that another worker is at is left to it (None); one that was
    killed halfway has left nothing behind and is done from the beginning. While another import of the clinic
    is at work, this one is left waiting, to be asked for again. `path` is for files that were never uploaded:
    a command on the server, which waits here for its turn.
    """
    with _lock(_RUN_LOCK, run_id) as ours:
        if not ours:
            return None
        with _lock(_CLINIC_LOCK, clinic_id, wait=path is not None) as our_turn:
            run = _begin(run_id, clinic_id, our_turn=our_turn)
            if run.state == ImportRun.State.RUNNING:
                _carry_out(run, path)
    with clinic_scope(clinic_id):
        return ImportRun.objects.get(pk=run_id)


def _begin(run_id: int, clinic_id: int, *, our_turn: bool) -> ImportRun:
    """The import, running if it is to be carried out now. What was begun is counted before anything can go wrong."""
    with clinic_scope(clinic_id):
        run = ImportRun.objects.get(pk=run_id)
        if run.state not in ImportRun.UNFINISHED:
            return run
        if our_turn and run.attempts >= ATTEMPTS_MAX:
            run.state = ImportRun.State.FAILED
            _close(
                run,
                run.state,
                Tally(),
                _("Avbrutt tre ganger, og ingenting er tatt inn. Prøv en mindre fil."),
            )
            return run
        run.state = ImportRun.State.RUNNING if our_turn else ImportRun.State.WAITING
        ImportRun.objects.filter(pk=run_id).update(
            state=run.state, rows_read=0, attempts=F("attempts") + int(our_turn)
        )
    return run


def _carry_out(run: ImportRun, path: Path | None) -> None:
    """Take the files in, or write down why not."""
    tally = Tally()
    try:
        if path is None and not run.stored_as:
            raise Unreadable(_("Kommandoen ble avbrutt, og ingenting er tatt inn."))
        _take_in(run, path or stored_path(run.stored_as), tally)
    except _Refused:
        _end(
            run,
            ImportRun.State.REFUSED,
            tally,
            _("Ingen rader er tatt inn, fordi noen har feil. Rett dem, eller ta inn de gode radene."),
        )
    except Unreadable as error:
        _end(run, ImportRun.State.REFUSED, tally, str(error))
    except Exception as error:
        _log_without_words(run, error)
        _end(run, ImportRun.State.FAILED, tally, _failed())


def _take_in(run: ImportRun, path: Path, tally: Tally) -> None:
    """The whole import in one transaction, its own end with it."""
    today = dt.datetime.now(OSLO).date()
    found = recognise(path, expected="fhir" if run.source == ImportRun.Source.FHIR else "csv")
    with clinic_scope(run.clinic_id), connection.cursor() as cursor:
        stage = Stage(cursor, clinic_id=run.clinic_id, doctors=_doctors(run.clinic_id, today), tally=tally)
        with Progress(run.pk, run.clinic_id) as tell:
            for row in read(found, today=today, synthetic_only=not settings.PRODUCTION, progress=tell):
                stage.add(row)
            tell(found.lines, at_once=True)
        stage.resolve()
        if tally.problem_count and not run.good_rows_only:
            raise _Refused
        stage.write(today=today)
        _close(run, ImportRun.State.DONE, tally, _passed_over(found))


@contextmanager
def _lock(kind: int, number: int, *, wait: bool = False) -> Iterator[bool]:
    """An advisory lock of this connection's; False if another has it. Gone with the connection at the latest."""
    names = [kind, number % 2**31]
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", names)
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", names)
        got = wait or bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", names)


def _doctors(clinic_id: int, today: dt.date) -> dict[str, int | None]:
    doctors = Member.objects.filter(clinic_id=clinic_id, profession=Profession.DOCTOR).employed_on(today)
    return doctors_by_name(doctors.values_list("name", "pk"))


def _passed_over(found: Import) -> str:
    if not found.passed_over:
        return ""
    names = ", ".join(found.passed_over[:10])
    return _("%(n)d filer er ikke lest: %(names)s.") % {"n": len(found.passed_over), "names": names}


def _failed() -> str:
    return _("Noe gikk galt, og ingenting er tatt inn. Prøv igjen.")


def _end(run: ImportRun, state: str, tally: Tally, message: str) -> None:
    """`_close` after a rollback. Should what was counted itself be what cannot be written, without it."""
    try:
        _close(run, state, tally, message)
    except Exception as error:
        _log_without_words(run, error)
        _close(run, ImportRun.State.FAILED, Tally(), _failed())


def _close(run: ImportRun, state: str, tally: Tally, message: str) -> None:
    """Write down what came of it, and let the upload go once that is safe."""
    with clinic_scope(run.clinic_id):
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
        counts = tally.counts()
        ImportRun.objects.filter(pk=run.pk).update(
            state=state,
            finished_at=timezone.now(),
            rows_read=run.rows_total or 0,
            counts=counts,
            unmapped=tally.codes(),
            message=message,
            stored_as="",
        )
        transaction.on_commit(lambda: remove_upload(run.stored_as), robust=True)


def _log_without_words(run: ImportRun, error: Exception) -> None:
    """Where it broke, but not what the error says: a database's error quotes rows."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-8:]))
    log.error("import failed run=%s error=%s at=%s", run.pk, type(error).__name__, where)
