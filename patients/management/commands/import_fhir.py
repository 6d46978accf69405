"""`bin/manage import_fhir PATH --clinic SLUG [--preview]`: see docs/import.md."""

from patients.management.importing import ImportCommand


class Command(ImportCommand):
    expected = "fhir"
    help = "Tar inn FHIR R4 (NDJSON eller Bundle): mappe, zip eller fil."
