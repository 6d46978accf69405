"""Home from hospital: the follow-up that the clinic's doctors have approved for it opens, with its deadlines.

The programme is one of the clinic's own (`on_discharge`), edited and approved like any other; each discharge has a plan
of its own in it, whose steps are done once. Who sent the patient home stays on every task (origin and department).
"""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from patients.models import STAYS, Discharge, Patient
from tasks.actions.changing import text_of
from tasks.actions.ending import stop_many
from tasks.actions.opening import open_due
from tasks.actions.writing import run_sql
from tasks.models import FollowUpPlan
from tasks.statements import calendar_from
from teams.calendar import DAY, oslo_date
from teams.models import Member
from teams.permissions import Permission, require
from teams.wall import jobs_scope

# Longer ago than this nothing can be noted; and what an import tells of opens nothing by itself when it is older than
# what follow-up of it is usually meant to take, so that a clinic's first import does not open a month of late calls.
LATELY, NEWS = 30 * DAY, 14 * DAY
PLACE_MAX = 120


class AlreadyNoted(Exception):
    """This patient's discharge on this day is there already, by hand or from an import."""


def note_discharge(
    patient_id: int, *, by: Member, at: dt.datetime, discharged_on: dt.date, hospital: str, department: str
) -> Discharge:
    """A discharge that somebody tells of; opens its tasks at once, if the clinic has approved what they are.

    Raises PermissionDenied, Patient.DoesNotExist (another clinic's; dead, off the list, or in an institution),
    AlreadyNoted, ValueError: "discharged_on" (ahead, or over 30 days ago), "hospital", "department" (too long).
    """
    require(by, Permission.PLAN_PATIENTS)
    today = oslo_date(at)
    if not today - LATELY <= discharged_on <= today:
        raise ValueError("discharged_on")
    hospital = text_of("hospital", hospital, most=PLACE_MAX)
    department = text_of("department", department, most=PLACE_MAX)
    patient = Patient.objects.visible_to(by).followed().get(pk=patient_id)
    with transaction.atomic():
        try:
            with transaction.atomic():
                discharge = Discharge.objects.create(
                    clinic_id=by.clinic_id, patient=patient, hospital=hospital, department=department,
                    discharged_on=discharged_on, by=by, at=at,
                )  # fmt: skip
        except IntegrityError:
            raise AlreadyNoted from None
        _start([discharge.pk], by=by, at=at, today=today)
    return discharge


@transaction.atomic
def take_back_discharge(discharge_id: int, *, by: Member, at: dt.datetime, reason: str) -> Discharge:
    """It was noted by mistake: what is open of it ends. Safe to call again.

    Raises PermissionDenied, Discharge.DoesNotExist (another clinic's), ValueError("reason").
    """
    require(by, Permission.PLAN_PATIENTS)
    reason = text_of("reason", reason, most=120, needed=True)
    discharge: Discharge = Discharge.objects.visible_to(by).select_for_update().get(pk=discharge_id)
    if not discharge.mistaken:
        discharge.mistaken = True
        discharge.save(update_fields=["mistaken"])
        running = FollowUpPlan.objects.visible_to(by).filter(discharge=discharge, state="active")
        plans = running.select_for_update()
        stop_many(
            list(plans.values_list("pk", flat=True)), "stopped", by=by, on=oslo_date(at), at=at, reason=reason
        )
    return discharge


def follow_discharges(*, now: dt.datetime) -> int:
    """Stays that imports told of and that ended lately, for all clinics: noted, and followed. How many were followed.

    So are those noted lately, by hand too, before a doctor had approved what then is to be done. Four statements;
    safe to run at any time, twice too. A patient's stays that ended on one day are one discharge.
    """
    with jobs_scope():
        today = oslo_date(now)
        told = {"now": now, "since": now - NEWS, "stays": list(STAYS)}
        run_sql("discharges", told)
        return _start(None, by=None, at=now, today=today)


def _start(discharges: list[int] | None, *, by: Member | None, at: dt.datetime, today: dt.date) -> int:
    """A plan for each (None: for all noted lately that have none) in the clinic's programme, if one is approved."""
    told = {"discharges": discharges, "by": by.pk if by else None, "at": at, "since": at - NEWS}
    calendar = calendar_from(today - LATELY, today + 400 * DAY)
    found = int(run_sql("follow_discharges", {**told, **calendar})[0][0])
    if found:
        open_due(now=at, today=today)
    return found
