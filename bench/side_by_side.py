"""How long two processes take over a number of clinics: as two Celery workers on two cores."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier

from bench.instances import instance

WORKERS = 2
LIMIT = 2.0  # seconds a clinic, as at night: then the best so far

_ready: list[Barrier] = []


def seconds_on_two(name: str, seeds: Sequence[int]) -> float:
    """Wall time from the first solve's start to the last one's end.

    Instances are ready and each process is warm before either begins.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, _share, (context.Barrier(WORKERS),)) as pool:
        spans = list(pool.map(_work, [name] * WORKERS, [seeds[at::WORKERS] for at in range(WORKERS)]))
    return max(end for _, end in spans) - min(start for start, _ in spans)


def _share(ready: Barrier) -> None:
    """In each process, first: what they start together by."""
    _ready.append(ready)


def _work(name: str, seeds: Sequence[int]) -> tuple[float, float]:
    """Start and end on the machine's clock."""
    from tasks.allocation import solve

    problems = [instance(name, seed) for seed in seeds]
    solve(instance(name, -1))
    _ready[0].wait(timeout=600)
    started = time.monotonic()
    for problem in problems:
        until = time.monotonic() + LIMIT
        solve(problem, stop=lambda until=until: time.monotonic() > until)  # type: ignore[misc]
    return started, time.monotonic()
