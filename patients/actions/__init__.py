"""What can be done with patients: the only writers of the room's tables."""

from patients.actions.access import record_access, record_accesses
from patients.actions.asking import (
    AlreadyDecided,
    confirm_import,
    discard_import,
    map_columns,
    receive_upload,
    start_import,
    start_preview,
)
from patients.actions.importing import run_import
from patients.actions.looking import look, mappings_of
from patients.actions.uploads import (
    expire_imports,
    remove_orphans,
    remove_upload,
    rows_path,
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
    "mappings_of",
    "receive_upload",
    "record_access",
    "record_accesses",
    "remove_orphans",
    "remove_upload",
    "rows_path",
    "run_import",
    "start_import",
    "start_preview",
    "store_upload",
    "stored_path",
]
