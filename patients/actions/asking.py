"""What people ask of an import: to be looked through, to be taken in as it was seen, or to be let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions.uploads import (
    KEPT,
    LET_GO,
    let_go,
    remove_upload,
    store_upload,
    stored_bytes,
    stored_path,
)
from patients.headings import headings_digest
from patients.imports.mapping import columns
from patients.imports.patient_list import missing
from patients.imports.reading import Import
from patients.imports.recognising import glance
from patients.imports.rows import Unreadable
from patients.imports.tables import Header
from patients.models import ColumnMapping, ImportRun
from teams.models import Member
from teams.permissions import Permission, require

# Of a clinic, each may hold an upload of the largest size; and that is all that may lie here of it.
WAITING_MAX = 5
_UPLOAD_LOCK = 0x0F0F


class AlreadyDecided(Exception):
    """Somebody was first, or the preview is another than the one that was seen. Its text is for the user."""


def start_preview(
    found: Import,
    *,
    by: Member | None,
    clinic_id: int,
    file_name: str,
    stored_as: str,
    whole_list: bool = False,
    mapping: Mapping[str, str] | None = None,
) -> ImportRun:
    """An import that waits for `run_import` to look it through.

    `by` is None for whoever runs a command on the server. Raises PermissionDenied. The caller has recognised
    the file (`look`, or `patients.imports.reading.recognise`), with the same `mapping`.
    """
    if by is not None:
        require(by, Permission.IMPORT_PATIENTS)
        clinic_id = by.clinic_id
    return ImportRun.objects.create(
        clinic_id=clinic_id,
        source=found.format,
        file_name=file_name[:200],
        stored_as=stored_as,
        expires_at=timezone.now() + KEPT if stored_as else None,
        mapping=dict(mapping or {}),
        whole_list=whole_list,
        started_by=by,
        rows_total=found.lines,
    )


@transaction.atomic
def start_import(
    found: Import, *, by: Member | None, good_rows_only: bool, whole_list: bool = False, **asked: Any
) -> ImportRun:
    """An import that waits for `run_import` to take it in, seen by nobody; otherwise as `start_preview`.

    With `whole_list`, everybody whom the file lacks is taken off the list.
    """
    run = start_preview(found, by=by, whole_list=whole_list, **asked)
    run.good_rows_only, run.take_off = good_rows_only, whole_list
    run.confirmed_by, run.confirmed_at = by, timezone.now()
    run.save(update_fields=["good_rows_only", "take_off", "confirmed_by", "confirmed_at"])
    return run


@transaction.atomic
def receive_upload(files: Iterable[UploadedFile], *, by: Member, whole_list: bool) -> ImportRun:
    """Keep the files, and begin an import that waits for a worker to see what they are.

    Raises PermissionDenied, and Unreadable for what is told without reading the files: a name, a zip that is more
    than it seems; or when too much of the clinic's lies here already. Nothing is then kept.
    """
    require(by, Permission.IMPORT_PATIENTS)
    files = list(files)
    _make_sure_of_room(by, sum(file.size or 0 for file in files))
    stored_as = store_upload(files)
    try:
        glance(stored_path(stored_as))
        return ImportRun.objects.create(
            clinic_id=by.clinic_id,
            file_name=", ".join(file.name or "" for file in files)[:200],
            stored_as=stored_as,
            expires_at=timezone.now() + KEPT,
            whole_list=whole_list,
            started_by=by,
        )
    except BaseException:
        remove_upload(stored_as)
        raise


def _make_sure_of_room(by: Member, coming: int) -> None:
    """One upload of a clinic at a time is counted and stored, so that none slips past the count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_UPLOAD_LOCK, by.clinic_id % 2**31])
    stored = list(ImportRun.objects.visible_to(by).exclude(stored_as="").values_list("stored_as", "state"))
    if sum(state in (*ImportRun.UNFINISHED, *ImportRun.UNDECIDED) for _name, state in stored) >= WAITING_MAX:
        raise Unreadable(
            _("%(n)d importer venter allerede. Ta dem inn, eller forkast dem, før du sender flere.")
            % {"n": WAITING_MAX}
        )
    limit = WAITING_MAX * settings.UPLOAD_MAX_BYTES
    if stored_bytes(name for name, _state in stored) + coming > limit:
        raise Unreadable(
            _("Filer fra tidligere importer fyller %(limit)d MB. De slettes etter sju dager.")
            % {"limit": limit // 2**20}
        )


@transaction.atomic
def map_columns(
    run: ImportRun, *, by: Member, headings: Collection[str], mapping: Mapping[str, str]
) -> ImportRun:
    """Read the file with these headings so, and every later one. The import then waits for a worker to do it.

    Raises PermissionDenied, AlreadyDecided, and Unreadable where a column that must be there is not, or is twice.
    """
    run = _undecided(run, by=by)
    header = Header("", tuple(headings))
    if lacking := missing(columns(header, mapping)):
        raise Unreadable(_("Det mangler en kolonne for: %(columns)s.") % {"columns": ", ".join(lacking)})
    ColumnMapping.objects.update_or_create(
        clinic_id=by.clinic_id,
        headings=headings_digest(headings),
        defaults={"mapping": dict(mapping), "by": by},
    )
    run.mapping = {**run.mapping, **mapping}
    run.state = ImportRun.State.WAITING
    run.attempts = run.rows_read = 0
    run.save(update_fields=["mapping", "state", "attempts", "rows_read"])
    return run


@transaction.atomic
def confirm_import(run: ImportRun, *, by: Member, seen: dt.datetime, take_off: bool) -> ImportRun:
    """Have taken in what the preview of `seen` (its `finished_at`) showed: its good rows, if some were refused.

    `take_off`: whoever the whole list lacks is taken off the clinic's, but never more of them than were shown.
    Raises PermissionDenied and AlreadyDecided.
    """
    run = _undecided(run, by=by)
    if run.state != ImportRun.State.READY or run.finished_at != seen:
        raise AlreadyDecided(_("Gjennomsynet er nytt siden du så det. Se igjennom på nytt."))
    run.state = ImportRun.State.WAITING
    run.good_rows_only = bool(run.preview.get("problems"))
    run.take_off = take_off and run.whole_list
    run.confirmed_by, run.confirmed_at = by, timezone.now()
    run.expires_at = run.confirmed_at + KEPT
    run.attempts = run.rows_read = 0
    run.save(
        update_fields=["state", "good_rows_only", "take_off", "confirmed_by", "confirmed_at", "expires_at",
                       "attempts", "rows_read"]
    )  # fmt: skip
    return run


@transaction.atomic
def discard_import(run: ImportRun, *, by: Member | None) -> None:
    """Let the upload and its preview go. `by` is None for whoever runs a command on the server.

    Raises PermissionDenied and AlreadyDecided.
    """
    run = _undecided(run, by=by)
    run.changes.all().delete()
    run.state = ImportRun.State.DISCARDED
    let_go(run)
    run.save(update_fields=["state", *LET_GO])


def _undecided(run: ImportRun, *, by: Member | None) -> ImportRun:
    """The import's row, locked, as it is now."""
    rows = ImportRun.objects.filter(clinic_id=run.clinic_id)
    if by is not None:
        require(by, Permission.IMPORT_PATIENTS)
        rows = ImportRun.objects.visible_to(by)
    run = rows.select_for_update().get(pk=run.pk)
    if run.state not in ImportRun.UNDECIDED:
        raise AlreadyDecided(_("Noen har alt bestemt hva som skal skje med denne importen."))
    return run
