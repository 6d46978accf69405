"""Solves clinic by clinic: one whose model fails, or whose plan breaks a rule, is nobody else's trouble.

Only here, and only when it is called, is the solver imported: a web process never loads it.
"""

from __future__ import annotations

import logging
import secrets
import sys
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic, perf_counter

from tasks.allocation.checker import breaches
from tasks.allocation.weights import DEFAULT, Weights
from tasks.gathering import Gathered
from tasks.outcomes import Outcome, outcome

log = logging.getLogger(__name__)

SECONDS = 2.0  # a clinic's; after that the best so far is taken


class BrokenPlanError(Exception):
    """The checker found a rule broken: the plan is not used."""


def solve_each(
    clinic_ids: Iterable[int], gathered: Gathered, *, weights: Weights = DEFAULT, seconds: float = SECONDS
) -> list[Outcome]:
    """What each clinic's sharing out comes to; a failed one says so by its `reference`, which is in the log too."""
    return [_solve(clinic_id, gathered, weights, seconds) for clinic_id in clinic_ids]


def _solve(clinic_id: int, gathered: Gathered, weights: Weights, seconds: float) -> Outcome:
    from tasks.allocation import get_ready, solve

    began = perf_counter()
    try:
        get_ready()  # inside, since memory may be short here already; only the first call takes time
        began = perf_counter()
        problem = gathered.problem(clinic_id, weights)
        plan = solve(problem, stop=stop_after(seconds))
        if found := breaches(problem, plan):
            raise BrokenPlanError("; ".join(found[:5]))
        return outcome(clinic_id, problem, gathered.rows.get(clinic_id, ()), plan, perf_counter() - began)
    except Exception as error:  # whatever it is (MemoryError too): the other clinics go on
        return failed(clinic_id, error, seconds=perf_counter() - began)


def stop_after(seconds: float) -> Callable[[], bool]:
    """Says when time is up, counted from now."""
    ends = monotonic() + seconds
    return lambda: monotonic() >= ends


def failed(clinic_id: int, error: Exception, *, seconds: float = 0.0) -> Outcome:
    """Log where it broke under a short reference that a leader can quote, and return that.

    Not what the error says, unless we said it: a database's error quotes rows.
    """
    reference = secrets.token_hex(4)
    log.error("sharing out failed clinic=%s reference=%s %s", clinic_id, reference, without_words(error))
    return Outcome(clinic_id, seconds, reference)


def without_words(error: Exception) -> str:
    """Where it broke, for the log, without what it says."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-8:]))
    said = f" {error}" if isinstance(error, BrokenPlanError) else ""
    return f"error={type(error).__name__} at={where}{said}"
