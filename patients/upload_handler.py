"""What may be sent as files, and where a large upload waits while it arrives (`FILE_UPLOAD_HANDLERS`)."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

# Addresses that take files; they ask for a login.
TAKES_FILES = frozenset({"imports"})
ARRIVING = "underveis"
# What a browser writes around the files: names, boundaries, the other fields.
_AROUND = 2**20


class Refusing(FileUploadHandler):
    """First in the list: says no before a byte has been read where nobody asked for files, and past the limit."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  # Django's name for it
        content_length: int,
        boundary: str,
        encoding: Any = None,
    ) -> None:
        if content_length > self._limit():
            raise RequestDataTooBig

    def _limit(self) -> int:
        match = self.request.resolver_match if self.request else None
        if match and match.url_name in TAKES_FILES and self.request.user.is_authenticated:  # type: ignore[union-attr]
            return int(settings.UPLOAD_MAX_BYTES) + _AROUND
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # to the next handler

    def file_complete(self, file_size: int) -> None:
        return None


def arriving() -> Path:
    """Where uploads are while they come in, readable by nobody else. What a killed server leaves is swept up."""
    folder = Path(settings.UPLOAD_DIR) / ARRIVING
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    return folder


class _Arriving(TemporaryUploadedFile):
    """In our own folder, and without the sender's ending: one of 250 bytes is more than a disk can hold."""

    def __init__(self, name: str, *about: Any) -> None:
        file = NamedTemporaryFile(suffix=".upload", dir=arriving())  # noqa: SIM115  # closed with the request
        UploadedFile.__init__(self, file, name, *about)


class TemporaryFiles(TemporaryFileUploadHandler):
    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = _Arriving(
            self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra
        )
