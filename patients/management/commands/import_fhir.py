"""`bin/manage import_fhir PATH --clinic SLUG [--good-rows]`: see docs/import.md."""

from patients.management.importing import ImportCommand


class Command(ImportCommand):
    expected = "fhir"
    help = "Tar inn FHIR R4 Bulk Data (NDJSON): mappe, zip eller fil."
