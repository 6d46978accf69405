"""Importing a patient list, the worker's side: looked through first, then taken in whole, or not at all.

The preview and the import go the same way, through the same file, to the last step (`_take_in`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from patients.actions.ending import close, end, failed, log_without_words
from patients.actions.looking import look, mappings_of
from patients.actions.progress import Progress
from patients.actions.staging import Stage, doctors_by_name
from patients.actions.uploads import keep_refused_rows, stored_path
from patients.headings import Asked
from patients.imports.reading import Format, Import, NeedsMapping, read, recognise
from patients.imports.rows import Unreadable
from patients.models import FollowedCode, ImportRun
from patients.tally import Tally
from teams.calendar import OSLO
from teams.models import Member, Profession
from teams.wall import clinic_scope

# Advisory locks: one import at a time in a clinic, and one worker at a time on an import.
_CLINIC_LOCK, _RUN_LOCK = 0x0F0D, 0x0F0E
# An import that takes its worker down with it is not begun on for ever.
ATTEMPTS_MAX = 3


class _Refused(Exception):
    """Rolls the import's transaction back; the tally says why."""


class _MoreGone(Exception):
    """Rolls the import's transaction back: more would be taken off the list than somebody has confirmed."""


def run_import(*, run_id: int, clinic_id: int, path: Path | None = None) -> ImportRun | None:
    """Make the preview of an import, or take in what was confirmed, as one transaction. Safe to call again.

    An import that waits for somebody, or is finished, is left as it is; one that another worker is at is left to
    it (None); one that was killed halfway has left nothing behind and is done from the beginning. While another
    import of the clinic is at work, this one is left waiting, to be asked for again. `path` is for files that were never uploaded:
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
            close(
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


def _carry_out(run: ImportRun, path: Path | None, note: str = "") -> None:
    """Look the files through or take them in, or write down why not."""
    tally = Tally()
    try:
        if path is None and not run.stored_as:
            raise Unreadable(_("Kommandoen ble avbrutt, og ingenting er tatt inn."))
        found = _look(run, path or stored_path(run.stored_as))
        if found is not None:
            _take_in(run, found, tally, note)
    except _MoreGone:
        _take_back(run)
        _carry_out(run, path, _more_gone())
    except _Refused:
        end(
            run,
            ImportRun.State.REFUSED,
            tally,
            _("Ingen rader er tatt inn, fordi noen har feil. Rett dem, eller ta inn de gode radene."),
        )
    except Unreadable as error:
        end(run, ImportRun.State.REFUSED, tally, str(error))
    except Exception as error:
        log_without_words(run, error)
        end(run, ImportRun.State.FAILED, tally, failed())


def _look(run: ImportRun, path: Path) -> Import | None:
    """What there is to read; None when somebody must say first what the columns of a file are.

    What was seen for the preview is read so when it is taken in. Raises Unreadable.
    """
    expected: Format | None = None
    if run.source:
        expected = "fhir" if run.source == ImportRun.Source.FHIR else "csv"
    if run.confirmed_at:
        return recognise(path, expected=expected, mapping=run.mapping or None)
    with clinic_scope(run.clinic_id):
        known = mappings_of(run.clinic_id)
    looked = look(path, run.mapping, known=known, expected=expected)
    found = None if isinstance(looked.found, NeedsMapping) else looked.found
    if found is None and not run.stored_as:
        raise looked.asked[-1]
    run.mapping, run.asked = looked.mapping, _all_asked(run.asked, looked.asked)
    if found is None:
        run.state = ImportRun.State.MAPPING
    else:
        run.source, run.rows_total = found.format, found.lines
    with clinic_scope(run.clinic_id):
        run.save(update_fields=["mapping", "asked", "state", "source", "rows_total"])
    return found


def _all_asked(before: list[dict[str, Any]], now: Iterable[NeedsMapping]) -> list[dict[str, Any]]:
    """The files of an upload whose headings are not ours, each once, the latest asked about last."""
    asked = [Asked.by(needs).to_keep() for needs in now]
    files = {each["file"] for each in asked}
    return [each for each in before if each["file"] not in files] + asked


def _take_in(run: ImportRun, found: Import, tally: Tally, note: str) -> None:
    """The whole preview, or the whole import, in one transaction; its own end with it."""
    today = dt.datetime.now(OSLO).date()
    run.rows_file = ""
    with clinic_scope(run.clinic_id), connection.cursor() as cursor:
        stage = Stage(
            cursor,
            clinic_id=run.clinic_id,
            doctors=_named(run.clinic_id, Profession.DOCTOR, today),
            nurses=_named(run.clinic_id, Profession.NURSE, today),
            tally=tally,
            whole_list=run.take_off if run.confirmed_at else run.whole_list,
        )
        also = frozenset(FollowedCode.objects.filter(clinic_id=run.clinic_id).values_list("icpc2", flat=True))
        with Progress(run.pk, run.clinic_id) as tell:
            for row in read(
                found, today=today, synthetic_only=not settings.PRODUCTION, also=also, progress=tell
            ):
                stage.add(row)
            tell(found.lines, at_once=True)
        stage.resolve()
        run.rows_file = _refused_rows(run, found, tally)
        told = " ".join(filter(None, [note, _passed_over(found)]))
        if run.confirmed_at is None:
            stage.preview(run_id=run.pk, today=today)
            close(run, ImportRun.State.READY, tally, told)
            return
        if tally.problem_count and not run.good_rows_only:
            raise _Refused
        stage.write(run_id=run.pk, today=today)
        if run.take_off and run.preview and stage.gone_unseen():
            raise _MoreGone
        close(run, ImportRun.State.DONE, tally, told)


def _refused_rows(run: ImportRun, found: Import, tally: Tally) -> str:
    """The name of the file that they are kept in. Whoever cannot have them back has the messages."""
    try:
        return keep_refused_rows(run, found, tally.problems)
    except Exception as error:
        log_without_words(run, error)
        return ""


def _take_back(run: ImportRun) -> None:
    """Nobody has confirmed what this import would do now."""
    run.confirmed_by, run.confirmed_at, run.take_off = None, None, False
    with clinic_scope(run.clinic_id):
        run.save(update_fields=["confirmed_by", "confirmed_at", "take_off"])


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


def _named(clinic_id: int, profession: Profession, today: dt.date) -> dict[str, int | None]:
    """The clinic's doctors, or nurses, of today by the names that a list may call them."""
    members = Member.objects.filter(clinic_id=clinic_id, profession=profession).employed_on(today)
    return doctors_by_name(members.values_list("name", "pk"))


def _passed_over(found: Import) -> str:
    if not found.passed_over:
        return ""
    names = ", ".join(found.passed_over[:10])
    return _("%(n)d filer er ikke lest: %(names)s.") % {"n": len(found.passed_over), "names": names}


def _more_gone() -> str:
    return _(
        "Ingenting er tatt inn: flere enn de som ble bekreftet, ville blitt satt ut av listen."
        " Se igjennom på nytt."
    )
