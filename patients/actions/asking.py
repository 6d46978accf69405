"""What people ask of an import: to be looked through, to be taken in as it was seen, or to be let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from patients.actions.uploads import KEPT, remove_upload, store_upload, stored_path
from patients.headings import headings_digest
from patients.imports.reading import Format, Import, NeedsMapping, recognise
from patients.imports.rows import Unreadable
from patients.models import ColumnMapping, ImportRun
from teams.models import Member
from teams.permissions import Permission, require

# Each may hold an upload of the largest size.
UNDECIDED_MAX = 5


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


def receive_upload(files: Iterable[UploadedFile], *, by: Member, whole_list: bool) -> ImportRun:
    """Keep the files, and begin an import that waits for its preview, or for somebody to map its columns.

    A heading that the clinic has mapped before is mapped so again. Raises PermissionDenied, and Unreadable for
    what cannot be an import, or when too many wait to be looked through; nothing is then kept.
    """
    require(by, Permission.IMPORT_PATIENTS)
    if ImportRun.objects.visible_to(by).undecided().count() >= UNDECIDED_MAX:
        raise Unreadable(
            _("%(n)d importer venter på at noen ser igjennom dem. Ta dem inn, eller forkast dem først.")
            % {"n": UNDECIDED_MAX}
        )
    files = list(files)
    stored_as = store_upload(files)
    name = ", ".join(file.name or "" for file in files)
    try:
        return _begin(stored_as, by=by, file_name=name, whole_list=whole_list)
    except BaseException:
        remove_upload(stored_as)
        raise


def _begin(stored_as: str, *, by: Member, file_name: str, whole_list: bool) -> ImportRun:
    found, mapping = look(stored_path(stored_as), {}, clinic_id=by.clinic_id)
    if not isinstance(found, NeedsMapping):
        return start_preview(
            found,
            by=by,
            clinic_id=by.clinic_id,
            file_name=file_name,
            stored_as=stored_as,
            whole_list=whole_list,
            mapping=mapping,
        )
    return ImportRun.objects.create(
        clinic_id=by.clinic_id,
        source=ImportRun.Source.CSV,
        state=ImportRun.State.MAPPING,
        file_name=file_name[:200],
        stored_as=stored_as,
        expires_at=timezone.now() + KEPT,
        mapping=mapping,
        whole_list=whole_list,
        started_by=by,
    )


def look(
    path: Path, mapping: Mapping[str, str], *, clinic_id: int, expected: Format | None = None
) -> tuple[Import | NeedsMapping, dict[str, str]]:
    """What the files are, or the first of them whose columns nobody has mapped; and the mapping so far.

    What the clinic has mapped before is added to `mapping`. Reads the files once, and once more for each mapping
    found; a query for each. Raises Unreadable.
    """
    so_far = dict(mapping)
    while True:
        try:
            return recognise(path, expected=expected, mapping=so_far or None), so_far
        except NeedsMapping as needs:
            known = ColumnMapping.objects.filter(
                clinic_id=clinic_id, headings=headings_digest(needs.headings)
            ).first()
            if known is None or known.mapping.keys() <= so_far.keys():
                return needs, so_far
            so_far = {**known.mapping, **so_far}


@transaction.atomic
def map_columns(
    run: ImportRun, *, by: Member, headings: Iterable[str], mapping: Mapping[str, str]
) -> ImportRun:
    """Read the file with these headings so, and every later one. The import then waits for its (new) preview.

    Raises PermissionDenied, AlreadyDecided, and Unreadable for what is no import read like that either;
    that mapping is not kept.
    """
    run = _undecided(run, by=by)
    found, so_far = look(stored_path(run.stored_as), {**run.mapping, **mapping}, clinic_id=by.clinic_id)
    ColumnMapping.objects.update_or_create(
        clinic_id=by.clinic_id,
        headings=headings_digest(headings),
        defaults={"mapping": dict(mapping), "by": by},
    )
    run.mapping = so_far
    if isinstance(found, NeedsMapping):  # another of the files
        run.state = ImportRun.State.MAPPING
    else:
        run.state, run.source, run.rows_total = ImportRun.State.WAITING, found.format, found.lines
        run.attempts = run.rows_read = 0
    run.save(update_fields=["mapping", "state", "source", "rows_total", "attempts", "rows_read"])
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
    stored_as = run.stored_as
    run.changes.all().delete()
    run.state, run.stored_as, run.expires_at = ImportRun.State.DISCARDED, "", None
    run.save(update_fields=["state", "stored_as", "expires_at"])
    transaction.on_commit(lambda: remove_upload(stored_as), robust=True)


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
