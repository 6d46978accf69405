"""A line of the log tells where an error happened and of what kind, and never what it says."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.db import IntegrityError, connection

from config.logs import WordsLeftOut
from config.requests import log_formatter

NAME = "Qvistgaardzen"


@pytest.fixture
def lines() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger that writes as the product's own handler does."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(log_formatter())
    handler.addFilter(WordsLeftOut())
    logger = logging.getLogger("tests.words")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


def test_an_error_and_all_that_led_to_it_are_told_without_words(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = lines
    try:
        try:
            {}[NAME]  # type: ignore[index]
        except KeyError:
            raise ValueError(f"no {NAME} here") from RuntimeError(NAME)
    except ValueError:
        logger.exception("a page failed")
    told = written.getvalue()
    assert NAME not in told.replace("{}[NAME]", "")
    assert "ValueError" in told
    assert "RuntimeError" in told
    assert "test_logs.py" in told


@pytest.mark.django_db
def test_what_postgresql_says_of_a_value_is_left_out_and_the_kind_of_error_stays(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, written = lines
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE named (name text CONSTRAINT one_of_each UNIQUE) ON COMMIT DROP")
        cursor.execute("INSERT INTO named VALUES (%s)", [NAME])
        try:
            cursor.execute("INSERT INTO named VALUES (%s)", [NAME])
        except IntegrityError as error:
            assert NAME in str(error)  # it does say so
            logger.exception("refused")
    assert NAME not in written.getvalue()
    assert "UniqueViolation (23505 named one_of_each)" in written.getvalue()


def test_celerys_own_line_of_a_job_that_failed_says_its_kind(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    """As celery.app.trace writes it."""
    logger, written = lines
    error = psycopg.errors.CheckViolation(f"Failing row contains ({NAME})")
    told = {"name": "patients.jobs.import_list", "id": "1", "description": "raised unexpected", "exc": repr(error),
            "args": f"({NAME})", "kwargs": "{}", "traceback": NAME}  # fmt: skip
    try:
        raise error
    except psycopg.Error:
        logger.exception("Task %(name)s[%(id)s] %(description)s: %(exc)s", told)
    logger.warning("%s, and %s", error, "nothing else")
    assert NAME not in written.getvalue()
    assert written.getvalue().count("CheckViolation") >= 3
