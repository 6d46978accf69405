"""Uploaded files wait on disk for the worker, readable by nobody else, and are removed when it is done."""

from __future__ import annotations

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


def store_upload(files: Iterable[UploadedFile]) -> str:
    """Write the files to a folder of their own and return its name. Raises Unreadable past the limit."""
    files = list(files)
    if sum(file.size or 0 for file in files) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 2**20
        raise Unreadable(_("Filene er til sammen større enn %(limit)d MB.") % {"limit": limit})
    name = secrets.token_hex(16)
    folder = stored_path(name)
    folder.mkdir(parents=True, mode=0o700)
    for file in files:
        # Django has taken away any path; what is left names the file in messages.
        with (folder / Path(file.name or "fil").name).open("xb") as target:
            for chunk in file.chunks():
                target.write(chunk)
    return name


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
