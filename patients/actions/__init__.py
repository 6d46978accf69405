"""What can be done with patients: the only writers of the room's tables."""

from patients.actions.access import record_access, record_accesses
from patients.actions.asking import (
    AlreadyDecided,
    confirm_import,
    discard_import,
    look,
    map_columns,
    receive_upload,
    start_import,
    start_preview,
)
from patients.actions.importing import run_import
from patients.actions.uploads import (
    expire_imports,
    refused_rows,
    remove_orphans,
    remove_upload,
    store_upload,
    stored_path,
)

__all__ = [
    "AlreadyDecided",
    "confirm_import",
    "discard_import",
    "expire_imports",
    "look",
    "map_columns",
    "receive_upload",
    "record_access",
    "record_accesses",
    "refused_rows",
    "remove_orphans",
    "remove_upload",
    "run_import",
    "start_import",
    "start_preview",
    "store_upload",
    "stored_path",
]
