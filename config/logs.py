"""The log: where an error happened and of what kind, without what it says. Its words may be a patient's.

PostgreSQL tells a refused row in full («Key (family_name)=(…) already exists»), Python a value that it could not read.
The frames are our own code; the names of the table and the constraint are enough to find the cause.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import psycopg

_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_DURING = "\nDuring handling of the above exception, another exception occurred:\n\n"
_SAFE = ("sqlstate", "table_name", "column_name", "constraint_name")
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def tracebacks(exc_info: ExcInfo) -> str:
    """What structlog's ExceptionRenderer asks for."""
    return "".join(_told(exc_info[1], set())).rstrip()


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told(before, seen)
        yield _CAUSE if error.__cause__ else _DURING
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{kind(error)}\n"


def kind(error: BaseException) -> str:
    """psycopg.errors.UniqueViolation (23505 patients_patient …)"""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, psycopg.Error):
        found = [str(value) for part in _SAFE if (value := getattr(error.diag, part, None) or None)]
        return f"{name} ({' '.join(found)})" if found else name
    return name


class WordsLeftOut(logging.Filter):
    """Celery writes what a job failed of into its line, and some libraries log an error as a value: its kind stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict):
            record.args = {name: self._of(name, value, record) for name, value in record.args.items()}
        elif isinstance(record.args, tuple):
            record.args = tuple(self._of("", value, record) for value in record.args)
        return True

    @staticmethod
    def _of(name: str, value: Any, record: logging.LogRecord) -> Any:
        if isinstance(value, BaseException):
            return kind(value)
        if name in ("exc", "traceback", "args", "kwargs"):  # celery.app.trace's own names
            error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
            return kind(error) if name == "exc" and error else ""
        return value


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "config.requests.log_formatter"}},
    "filters": {"words": {"()": "config.logs.WordsLeftOut"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["words"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own 4xx lines carry the path; ours are enough and carry a reference number.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"level": "WARNING"},
        "fido2": {"level": "WARNING"},
    },
}
