"""Uploaded files wait on disk for the worker, readable by nobody else, and are removed when it is done."""

from __future__ import annotations

import errno
import logging
import secrets
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from patients.imports.rows import Unreadable
from patients.models import ImportRun

log = logging.getLogger(__name__)

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


def remove_orphans(*, now: datetime | None = None) -> int:
    """Remove uploads older than a day that no unfinished import waits for. In a scope that sees all clinics."""
    root = Path(settings.UPLOAD_DIR)
    if not root.is_dir():
        return 0
    waited_for = set(
        ImportRun.objects.filter(state__in=ImportRun.UNFINISHED).values_list("stored_as", flat=True)
    )
    oldest = ((now or datetime.now(UTC)) - timedelta(days=1)).timestamp()
    orphans = [p for p in root.iterdir() if p.name not in waited_for and p.stat().st_mtime < oldest]
    for folder in orphans:
        shutil.rmtree(folder, ignore_errors=True)
    return len(orphans)
