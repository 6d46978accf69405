"""How long two processes take over a number of clinics: as two Celery workers on two cores."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from bench.instances import instance

WORKERS = 2


def seconds_on_two(name: str, seeds: Sequence[int]) -> float:
    """Wall time from the first solve's start to the last one's end; instances are ready, each process is warm."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        spans = list(pool.map(_work, [name] * WORKERS, [seeds[at::WORKERS] for at in range(WORKERS)]))
    return max(end for _, end in spans) - min(start for start, _ in spans)


def _work(name: str, seeds: Sequence[int]) -> tuple[float, float]:
    """Start and end on the machine's clock."""
    from tasks.allocation import solve

    problems = [instance(name, seed) for seed in seeds]
    solve(instance(name, -1))
    started = time.monotonic()
    for problem in problems:
        solve(problem)
    return started, time.monotonic()
