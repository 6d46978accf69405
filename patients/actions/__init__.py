"""What can be done with patients: the only writers of the room's tables."""

from patients.actions.access import record_access, record_accesses
from patients.actions.importing import run_import, start_import
from patients.actions.uploads import remove_orphans, remove_upload, store_upload, stored_path

__all__ = [
    "record_access",
    "record_accesses",
    "remove_orphans",
    "remove_upload",
    "run_import",
    "start_import",
    "store_upload",
    "stored_path",
]
