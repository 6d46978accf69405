"""Follow-up plans: started, declined, stopped, begun again, given an interval of their own. Set-based."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from patients.models import Patient
from tasks.actions.changing import text_of
from tasks.actions.ending import stop_many
from tasks.life import NotAllowed
from tasks.models import FollowUpPlan, PlanEvent, PlanStep, PlanVerb, Programme
from tasks.statements import calendar_from, statement
from teams.calendar import DAY, midnight
from teams.models import Member
from teams.permissions import Permission, require

# How far ahead a first occasion may lie; steps are at most five years apart (tasks/forms/programmes.py).
_AHEAD = 6 * 366 * DAY


class NotApproved(Exception):
    """Plans start only in programmes that one of the clinic's doctors has approved."""


@transaction.atomic
def start_plans(programme_id: int, *, by: Member, on: dt.date, at: dt.datetime | None = None) -> int:
    """Start a plan for everybody whom the programme is for and who lacks one in it. Returns how many.

    First occasions lie within an interval, each patient's on their own day of the year (`recurrence.phase`). A second
    call starts only what is missing. Raises PermissionDenied, NotApproved, Programme.DoesNotExist (another clinic's).
    """
    require(by, Permission.START_PLANS)
    programme = approved(programme_id, by=by)
    return enrol_candidates(
        clinics=[programme.clinic_id], programmes=[programme.pk], by=by, on=on, at=at or midnight(on)
    )


@transaction.atomic
def enrol(
    programme_id: int,
    patient_ids: Collection[int],
    *,
    by: Member,
    on: dt.date,
    at: dt.datetime,
    first_on: dt.date | None = None,
    reason: str = "",
) -> int:
    """Start a plan for these patients, or begin one again that was declined, stopped or finished. Returns how many.

    Those with a running plan, and those who are dead, off the list or in an institution, are passed over. Steps
    that recur are due first on `first_on`, else on the patient's own day within an interval. Raises
    PermissionDenied, NotApproved, Programme.DoesNotExist, ValueError: "first_on" (past), "reason" (too long).
    """
    require(by, Permission.PLAN_PATIENTS)
    programme = approved(programme_id, by=by)
    if programme.on_discharge:
        raise NotApproved(programme.name)
    if first_on is not None and not on <= first_on <= on + 2 * 366 * DAY:
        raise ValueError("first_on")
    followed = Patient.objects.visible_to(by).followed().filter(pk__in=patient_ids)
    named = _named(programme, followed.order_by("pk").values_list("pk", flat=True))
    return _enrol(_NAMED, named, by=by, on=on, at=at, first_on=first_on, reason=text_of("reason", reason))[0]


def approved(programme_id: int, *, by: Member) -> Programme:
    """The clinic's programme, locked; inside a transaction. Raises NotApproved, Programme.DoesNotExist."""
    programme: Programme = Programme.objects.visible_to(by).select_for_update().get(pk=programme_id)
    if programme.state != Programme.State.APPROVED:
        raise NotApproved(programme.name)
    return programme


def enrol_candidates(
    *,
    clinics: list[int] | None,
    programmes: list[int] | None,
    by: Member | None,
    on: dt.date,
    at: dt.datetime | None = None,
    most: int | None = None,
    run: int | None = None,
) -> int:
    """Start a plan for everybody whom approved programmes are for and who lacks one. One statement.

    Of all clinics when `clinics` is None (in a scope that sees them), at most `most` plans; their events keep the
    PlanRun. Returns how many.
    """
    told = {
        "clinics": clinics,
        "programmes": programmes,
        "most": most,
        "states": [Programme.State.APPROVED.value],
    }
    return _enrol(statement("candidates"), told | {"run": run}, by=by, on=on, at=at)[0]


def add_new_steps(programme: Programme, *, by: Member, on: dt.date) -> int:
    """Running plans get the steps of their programme that they lack. How many."""
    running = FollowUpPlan.objects.filter(programme=programme, state="active", discharge=None)
    patients = list(running.order_by("patient").values_list("patient_id", flat=True))
    return _enrol(_NAMED, _named(programme, patients), by=by, on=on, more=True)[1]


_NAMED = (
    "SELECT %(clinic)s::bigint AS clinic_id, %(programme)s::bigint AS programme_id,"
    " unnest(%(patients)s::bigint[]) AS patient_id"
)


def _named(programme: Programme, patients: Iterable[int]) -> dict[str, Any]:
    return {"clinic": programme.clinic_id, "programme": programme.pk, "patients": list(patients)}


def _enrol(
    whom: str,
    told: dict[str, Any],
    *,
    by: Member | None,
    on: dt.date,
    at: dt.datetime | None = None,
    first_on: dt.date | None = None,
    reason: str = "",
    more: bool = False,
) -> tuple[int, int]:
    """How many plans, and how many first occasions. `whom` is the statement that names them, `told` its parameters."""
    calendar = calendar_from(on, (first_on or on) + _AHEAD)
    told |= {
        "run": None,
        "on": on,
        "at": at or midnight(on),
        "by": by.pk if by else None,
        "reason": reason,
    } | told
    told |= {"first_on": first_on, "more": more, **calendar}
    with connection.cursor() as cursor:
        cursor.execute(statement("enrol").replace("/* whom */", whom), told)
        plans, occasions = cursor.fetchone()
    return plans, occasions


# --- ending, and beginning again


@transaction.atomic
def decline_programme(
    programme_id: int,
    patient_ids: Collection[int],
    *,
    by: Member,
    on: dt.date,
    at: dt.datetime,
    reason: str,
) -> int:
    """These patients want nothing of the programme: kept, whether or not they had a plan. Returns how many.

    What is open of a running plan ends as declined. Raises PermissionDenied, Programme.DoesNotExist, ValueError.
    """
    require(by, Permission.PLAN_PATIENTS)
    programme = Programme.objects.visible_to(by).get(pk=programme_id)
    reason = text_of("reason", reason, most=120)
    patients = list(Patient.objects.visible_to(by).filter(pk__in=patient_ids).order_by("pk"))
    plans = FollowUpPlan.objects.filter(programme=programme, patient__in=patients, discharge=None)
    had = {plan.patient_id: plan for plan in plans.select_for_update()}
    running = [plan.pk for plan in had.values() if plan.state == FollowUpPlan.State.ACTIVE]
    ended = [p.pk for p in had.values() if p.pk not in running and p.state != FollowUpPlan.State.DECLINED]
    stop_many(
        running, "declined", by=by, on=on, at=at, reason=reason or str(FollowUpPlan.State.DECLINED.label)
    )
    FollowUpPlan.objects.filter(pk__in=ended).update(
        state="declined", ended_as="person", ended_on=on, end_reason=reason
    )
    new = FollowUpPlan.objects.bulk_create(
        FollowUpPlan(
            clinic_id=programme.clinic_id, patient=patient, programme=programme, state="declined",
            ended_as="person", starts_on=on, ended_on=on, end_reason=reason,
        )
        for patient in patients
        if patient.pk not in had
    )  # fmt: skip
    _note([*ended, *(plan.pk for plan in new)], PlanVerb.DECLINE, by=by, at=at, reason=reason)
    return len(running) + len(ended) + len(new)


@transaction.atomic
def stop_plan(plan_id: int, *, by: Member, on: dt.date, at: dt.datetime, reason: str) -> None:
    """The plan runs no more, as somebody decided for the patient, and what is open of it ends as not needed.

    Raises PermissionDenied, FollowUpPlan.DoesNotExist (another clinic's, or not running), ValueError("reason").
    """
    require(by, Permission.PLAN_PATIENTS)
    reason = text_of("reason", reason, most=120, needed=True)
    plan = FollowUpPlan.objects.visible_to(by).select_for_update().get(pk=plan_id, state="active")
    stop_many([plan.pk], "stopped", by=by, on=on, at=at, reason=reason)


@transaction.atomic
def stop_plans_of(programme_id: int, *, by: Member, on: dt.date, at: dt.datetime, reason: str) -> int:
    """Every running plan of the programme stops; nobody decided that of a patient. Returns how many. Raises as `stop_plan`."""
    require(by, Permission.APPROVE_PROGRAMMES)
    plans = FollowUpPlan.objects.visible_to(by).filter(programme=programme_id, state="active").order_by("pk")
    ids = list(plans.select_for_update().values_list("pk", flat=True))
    reason = text_of("reason", reason, most=120, needed=True)
    stop_many(ids, "stopped", by=by, on=on, at=at, reason=reason, ended_as=FollowUpPlan.EndedAs.PROGRAMME)
    return len(ids)


def resume_plan(
    plan_id: int, *, by: Member, on: dt.date, at: dt.datetime, reason: str, first_on: dt.date | None = None
) -> bool:
    """A plan that was stopped or declined begins again, with its first occasions anew. False when it runs already.

    Raises PermissionDenied, NotApproved, FollowUpPlan.DoesNotExist, ValueError: "reason", "first_on".
    """
    plan = FollowUpPlan.objects.visible_to(by).get(pk=plan_id, discharge=None)
    told = {"on": on, "at": at, "reason": reason, "first_on": first_on}
    return enrol(plan.programme_id, [plan.patient_id], by=by, **told) == 1  # type: ignore[arg-type]


def decline(plan: FollowUpPlan, *, by: Member, at: dt.datetime, on: dt.date, reason: str) -> list[int]:
    """The patient wants nothing of the programme: ids of the plan's steps that waited for their next occasion.

    For a task that is declined for the whole programme: its own tasks are the caller's to end.
    """
    waiting = PlanStep.objects.filter(plan=plan, waiting=True)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    waiting.update(waiting=False)
    plan.state, plan.ended_on, plan.end_reason = FollowUpPlan.State.DECLINED, on, reason[:120]
    plan.ended_as = FollowUpPlan.EndedAs.PERSON
    plan.save(update_fields=["state", "ended_on", "end_reason", "ended_as"])
    _note([plan.pk], PlanVerb.DECLINE, by=by, at=at, reason=reason)
    return ids


def take_back_declined(plan_id: int, waiting: Collection[int], *, by: Member, at: dt.datetime) -> None:
    """The plan runs again, as before `decline`. Raises NotAllowed when it could not be started now."""
    declined = FollowUpPlan.objects.filter(
        pk=plan_id, state=FollowUpPlan.State.DECLINED, programme__state=Programme.State.APPROVED,
        patient__in=Patient.objects.visible_to(by).followed(),
    )  # fmt: skip
    if not declined.update(state=FollowUpPlan.State.ACTIVE, ended_on=None, end_reason="", ended_as=""):
        raise NotAllowed(_("Planen kan ikke startes igjen herfra: se på pasientens side."))
    PlanStep.objects.filter(pk__in=waiting).update(waiting=True)
    _note([plan_id], PlanVerb.RESUME, by=by, at=at, reason=_("Angret"))


def _note(plan_ids: Collection[int], verb: PlanVerb, *, by: Member, at: dt.datetime, reason: str) -> None:
    PlanEvent.objects.bulk_create(
        PlanEvent(clinic_id=by.clinic_id, plan_id=pk, verb=verb, by=by, at=at, reason=reason[:200])
        for pk in plan_ids
    )
