"""`bin/manage import_csv PATH --clinic SLUG [--preview]`: see docs/import.md."""

from patients.management.importing import ImportCommand


class Command(ImportCommand):
    expected = "csv"
    help = "Tar inn en pasientliste (CSV, Excel) eller Syntheas CSV: mappe, zip eller fil."
