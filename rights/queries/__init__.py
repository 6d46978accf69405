"""Reads that span models: what is held, what is asked, what was written."""
