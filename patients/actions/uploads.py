"""Uploaded files wait on disk for the worker, readable by nobody else.

They are removed when nothing is left to do with them: at the latest `KEPT` after an import was asked for,
looked through or confirmed.
"""

from __future__ import annotations

import errno
import logging
import secrets
import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from patients.imports.pick import write_rows
from patients.imports.reading import Import
from patients.imports.rows import RowError, Unreadable
from patients.models import ImportRun
from patients.upload_handler import ARRIVING
from teams.wall import clinic_scope, jobs_scope

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
LET_GO = ("stored_as", "rows_file", "asked", "expires_at")
# A folder in the upload's, which readers of the upload do not look into.
_ROWS = "rows"

# File systems allow 255 bytes; messages that name a file have less room.
_NAME_BYTES = 150


def store_upload(files: Iterable[UploadedFile]) -> str:
    """Write the files to a folder of their own and return its name.

    Raises Unreadable past the limit, and when the disk will not have them; no folder is then left behind.
    """
    files = list(files)
    if sum(file.size or 0 for file in files) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 2**20
        raise Unreadable(_("Filene er til sammen større enn %(limit)d MB.") % {"limit": limit})
    name = secrets.token_hex(16)
    try:
        _write(files, stored_path(name))
    except OSError as error:
        remove_upload(name)
        # Not the error itself: it names the file, and people name files after patients.
        log.error("upload not stored error=%s", errno.errorcode.get(error.errno or 0, "?"))
        raise Unreadable(_("Filene kunne ikke lagres. Prøv igjen om litt.")) from None
    return name


def _write(files: Iterable[UploadedFile], folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o700)
    for number, file in enumerate(files, start=1):
        with (folder / _short(file.name or "fil", number)).open("xb") as target:
            for chunk in file.chunks():
                target.write(chunk)


def _short(name: str, number: int) -> str:
    """What messages call the file: its name without any path, or if that is long, the two ends of it.

    The number keeps apart two long names that are cut to the same.
    """
    name = Path(name).name
    if len(name.encode()) <= _NAME_BYTES:
        return name
    end = Path(name).suffix if len(Path(name).suffix) <= 8 else ""
    return name.encode()[:_NAME_BYTES].decode(errors="ignore") + f"…{number}{end}"


def stored_path(name: str) -> Path:
    return Path(settings.UPLOAD_DIR) / name


def remove_upload(name: str) -> None:
    if name:
        shutil.rmtree(stored_path(name), ignore_errors=True)


def stored_bytes(names: Iterable[str]) -> int:
    """What lies on the disk under these names."""
    files = (path for name in names for path in stored_path(name).rglob("*"))
    return sum(path.stat().st_size for path in files if path.is_file())


def keep_refused_rows(run: ImportRun, found: Import, problems: Iterable[RowError]) -> str:
    """Write the rows that were refused beside the upload, in its own format; the name of the file.

    None ("") of no upload, or of nothing refused. Of more than are kept (patients/tally.py), the first. Raises Unreadable,
    ValueError and OSError when they cannot be written.
    """
    folder = stored_path(run.stored_as) / _ROWS
    if not run.stored_as:
        return ""
    shutil.rmtree(folder, ignore_errors=True)
    rows: dict[str, set[int]] = defaultdict(set)
    for problem in problems:
        rows[problem.place.file].add(problem.place.row)
    if not rows:
        return ""
    folder.mkdir(mode=0o700)
    try:
        return write_rows(found, rows, folder).name
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def rows_path(run: ImportRun) -> Path:
    """The refused rows of an import that has some (`rows_file`)."""
    return stored_path(run.stored_as) / _ROWS / run.rows_file


def remove_all_but_rows(name: str) -> None:
    """The files as they were sent; what is left is the refused rows."""
    for path in stored_path(name).iterdir():
        if path.is_file():
            path.unlink()


def let_go(run: ImportRun) -> None:
    """The import forgets its upload and what it was asked of it (`LET_GO`, to be saved); gone with the commit."""
    stored_as = run.stored_as
    run.stored_as, run.rows_file, run.asked, run.expires_at = "", "", [], None
    transaction.on_commit(lambda: remove_upload(stored_as), robust=True)


def expire_imports(*, now: datetime | None = None) -> int:
    """Let go of uploads, and of what previews told, that have been kept for as long as they may."""
    now = now or datetime.now(UTC)
    with jobs_scope():
        due = list(ImportRun.objects.expired(now).values_list("pk", "clinic_id"))
    return sum(_expire(run_id, clinic_id, now) for run_id, clinic_id in due)


def _expire(run_id: int, clinic_id: int, now: datetime) -> bool:
    with clinic_scope(clinic_id):
        run = ImportRun.objects.expired(now).select_for_update().filter(pk=run_id).first()
        if run is None or run.state in ImportRun.UNFINISHED:
            return False  # confirmed meanwhile
        run.changes.all().delete()
        if run.state in ImportRun.UNDECIDED:
            run.state = ImportRun.State.EXPIRED
        let_go(run)
        run.save(update_fields=["state", *LET_GO])
    return True


def remove_orphans(*, now: datetime | None = None) -> int:
    """Remove uploads older than a day that no import names. In a scope that sees all clinics.

    And those that were on their way in when the web server was killed.
    """
    root = Path(settings.UPLOAD_DIR)
    if not root.is_dir():
        return 0
    named = {ARRIVING, *ImportRun.objects.exclude(stored_as="").values_list("stored_as", flat=True)}
    oldest = ((now or datetime.now(UTC)) - timedelta(days=1)).timestamp()
    folders = [p for p in root.iterdir() if p.name not in named and p.stat().st_mtime < oldest]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    files = [p for p in (root / ARRIVING).glob("*") if p.stat().st_mtime < oldest]
    for file in files:
        file.unlink(missing_ok=True)
    return len(folders) + len(files)
