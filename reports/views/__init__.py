"""The doors of the reports, a module a subject."""
