"""Where a large upload waits while it arrives (`FILE_UPLOAD_HANDLERS`)."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler

ENDING_MAX = 20


class TemporaryFiles(TemporaryFileUploadHandler):
    """Django's own gives the temporary file the ending of the sender's, and fails (500) on one of 250 bytes."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        if len(PurePath(file_name).suffix) > ENDING_MAX:
            file_name = file_name.replace(".", "_")
        super().new_file(field_name, file_name, *args, **kwargs)
