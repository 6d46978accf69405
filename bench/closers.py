"""Closing a week by two processes that share its batches, as a Celery worker's two do, without the queue between."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from bench import ground
from bench.side_by_side import WORKERS
from reports.actions.closing import batches, close_batch
from teams.calendar import Week


@dataclass(frozen=True, slots=True)
class Close:
    """One close: wall time from asking which clinics lack the week until the last batch is committed."""

    seconds: float
    reports: int
    statements: int
    batches: int
    peak_rss_mb: float


@contextmanager
def closers(database: str) -> Iterator[Callable[[dt.datetime, Week], Close]]:
    """`close(now, week)`, with processes that are up and connected before the first is called."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, _connect, (database,)) as pool:
        list(pool.map(_warm, range(WORKERS)))

        def close(now: dt.datetime, week: Week) -> Close:
            with ground.measured() as asking:
                began = time.perf_counter()
                todo = batches(now=now, week=week)
            done = list(pool.map(_close, [(due, clinics, now) for due, clinics in todo]))
            seconds = time.perf_counter() - began
            reports, statements, memory = zip(*done, strict=True)
            return Close(seconds, sum(reports), asking.statements + sum(statements), len(todo), max(memory))

        yield close


def _connect(database: str) -> None:
    connection.settings_dict["NAME"] = database
    connection.ensure_connection()


def _warm(_number: int) -> None:
    time.sleep(0.5)  # so that each process gets one


def _close(batch: tuple[Week, Sequence[int], dt.datetime]) -> tuple[int, int, float]:
    week, clinics, now = batch
    with ground.measured() as closing:
        made = close_batch(week, clinics, now=now)
    return made, closing.statements, ground.peak_rss_mb()
