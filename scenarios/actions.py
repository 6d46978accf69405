"""Scenarios: made, asked for, worked out, shared, given a name, thrown away. Nothing here writes to a task."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Iterable
from functools import partial
from time import perf_counter

from celery import signature
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from scenarios.applying import NoLonger
from scenarios.changes import Change, StartProgramme, WrongChange, read, stored
from scenarios.models import Scenario
from scenarios.queries import situation
from scenarios.running import run
from tasks.actions.solving import without_words
from teams.calendar import oslo_date
from teams.models import Member
from teams.permissions import Permission, require
from teams.wall import AWAY, clinic_scope, jobs_scope

log = logging.getLogger(__name__)

ATTEMPTS_MAX = 3
LOST = dt.timedelta(minutes=1)  # a run that has not said anything for so long has no worker any more
NAME_MAX = 80
State = Scenario.State


class WorkerLostError(Exception):
    """The run has taken its worker down with it as often as it may."""


@transaction.atomic
def make(*, by: Member, name: str, weeks: int, changes: Iterable[Change], at: dt.datetime) -> Scenario:
    """Keep a scenario and ask for it to be worked out. Raises PermissionDenied, ValueError("changes") (none, too many)."""
    require(by, Permission.SEE_REPORTS)
    kept = stored(changes)
    if not kept:
        raise WrongChange("changes")
    read(kept)
    scenario = Scenario(clinic_id=by.clinic_id, by=by, name=name[:NAME_MAX], weeks=weeks, changes=kept)
    return _ask(scenario, at)


@transaction.atomic
def run_again(scenario_id: int, *, by: Member, at: dt.datetime) -> Scenario:
    """Work it out anew, from the clinic as it is now; the figures it has stand until then. Asked twice, it is once.

    Raises PermissionDenied, Scenario.DoesNotExist (somebody else's, another clinic's).
    """
    scenario = _own(scenario_id, by)
    return scenario if scenario.unfinished else _ask(scenario, at)


@transaction.atomic
def rename(scenario_id: int, *, name: str, by: Member) -> Scenario:
    """Raises PermissionDenied, Scenario.DoesNotExist, ValueError("name") (empty, too long)."""
    scenario = _own(scenario_id, by)
    scenario.name = name.strip()
    if not 1 <= len(scenario.name) <= NAME_MAX:
        raise ValueError("name")
    scenario.save(update_fields=["name"])
    return scenario


@transaction.atomic
def share(scenario_id: int, *, shared: bool, by: Member) -> Scenario:
    """Let the clinic's others who see reports see it, or not any more. Raises PermissionDenied, Scenario.DoesNotExist."""
    scenario = _own(scenario_id, by)
    scenario.shared = shared
    scenario.save(update_fields=["shared"])
    return scenario


@transaction.atomic
def delete(scenario_id: int, *, by: Member) -> None:
    """Raises PermissionDenied, Scenario.DoesNotExist."""
    _own(scenario_id, by).delete()


def _own(scenario_id: int, by: Member) -> Scenario:
    require(by, Permission.SEE_REPORTS)
    found: Scenario = Scenario.objects.own(by).select_for_update().get(pk=scenario_id)
    return found


def _ask(scenario: Scenario, at: dt.datetime) -> Scenario:
    scenario.state, scenario.asked_at, scenario.beat_at = State.WAITING, at, None
    scenario.reckoned = scenario.attempts = 0
    scenario.message = scenario.reference = ""
    scenario.save()
    # The broker may be away: it waits, and is asked for again (resume_scenarios).
    transaction.on_commit(partial(ask_for, scenario.pk, scenario.clinic_id), robust=True)
    return scenario


def ask_for(scenario_id: int, clinic_id: int) -> None:
    """Send the job that works it out."""
    signature("scenarios.jobs.run_scenario", (scenario_id, clinic_id)).delay()


def unfinished(*, now: dt.datetime) -> list[tuple[int, int]]:
    """(scenario, clinic) of what was asked for, or last heard of, so long ago that its message or worker was lost."""
    silent = Q(beat_at__isnull=True, asked_at__lt=now - LOST) | Q(beat_at__lt=now - LOST)
    with jobs_scope():
        rows = Scenario.objects.unfinished().filter(silent)
        return list(rows.order_by("pk").values_list("pk", "clinic_id"))


def work_out(scenario_id: int, clinic_id: int, *, now: dt.datetime) -> None:
    """Work it out; nothing but its own row is written, and no transaction is open meanwhile. In the worker.

    Safe to run twice: while somebody is at it, and once it is done, another finds nothing to do.
    """
    scenario = _begin(scenario_id, clinic_id, now)
    if scenario is None:
        return
    began = perf_counter()
    try:
        if scenario.attempts > ATTEMPTS_MAX:
            raise WorkerLostError
        result = _result(scenario, now)
    except NoLonger:
        _write(
            scenario,
            state=State.FAILED,
            message=_("Noe det gjelder, finnes ikke lenger. Lag et nytt ut fra dette."),
        )
    except AWAY:
        raise  # the database was away: it is asked for again
    except Exception as error:  # whatever it is, its owner is told and can quote the reference
        reference = secrets.token_hex(4)
        log.error("scenario failed clinic=%s reference=%s %s", clinic_id, reference, without_words(error))
        _write(scenario, state=State.FAILED, reference=reference)
    else:
        _write(scenario, state=State.DONE, result=result, ran_at=now, seconds=perf_counter() - began)


def _begin(scenario_id: int, clinic_id: int, now: dt.datetime) -> Scenario | None:
    with clinic_scope(clinic_id):
        free = Q(state=State.WAITING) | Q(state=State.RUNNING, beat_at__lt=now - LOST)
        rows = Scenario.objects.filter(free, pk=scenario_id)
        begun = rows.update(state=State.RUNNING, beat_at=now, reckoned=0, attempts=F("attempts") + 1)
        return Scenario.objects.select_related("by").get(pk=scenario_id) if begun else None


def _result(scenario: Scenario, now: dt.datetime) -> dict[str, object]:
    changes = read(scenario.changes)
    programmes = [change.programme for change in changes if isinstance(change, StartProgramme)]
    with clinic_scope(scenario.clinic_id):
        clinic = situation(scenario.by, today=oslo_date(now), weeks=scenario.weeks, programmes=programmes)

    def told(done: int) -> None:
        _write(scenario, reckoned=done, beat_at=timezone.now())

    return run(clinic, changes, told=told)


def _write(scenario: Scenario, **fields: object) -> None:
    """Write what came of this asking; if it has been asked for again meanwhile, that one is somebody else's."""
    with clinic_scope(scenario.clinic_id):
        Scenario.objects.filter(
            pk=scenario.pk, asked_at=scenario.asked_at, attempts=scenario.attempts, state=State.RUNNING
        ).update(**fields)
