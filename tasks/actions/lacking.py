"""Plans started for those who lacked one, several programmes at once; and taken back while it is fresh."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.ending import stop_many
from tasks.actions.plans import decline_programme, enrol
from tasks.models import FollowUpPlan
from teams.models import Member
from teams.permissions import Permission, require

Pair = tuple[int, int]  # patient, programme


class Begun(NamedTuple):
    """A plan that was started, and what it was before: its state (empty: there was none) and how and why that ended."""

    plan_id: int
    state: str
    reason: str
    ended_as: str


@transaction.atomic
def start_chosen(
    pairs: Collection[Pair], *, by: Member, on: dt.date, at: dt.datetime, first_on: dt.date | None = None
) -> list[Begun]:
    """Start these plans; those that run already are passed over, as `enrol` does. Raises as it does.

    All of them or none: a programme that is not approved any more stops the others too.
    """
    before = {(p.patient_id, p.programme_id): p for p in _plans(pairs, by)}
    for programme_id, patients in _by_programme(pairs):
        enrol(programme_id, patients, by=by, on=on, at=at, first_on=first_on)
    running = [p for p in _plans(pairs, by) if p.state == FollowUpPlan.State.ACTIVE]
    return [
        Begun(plan.pk, was.state, was.end_reason, was.ended_as) if was else Begun(plan.pk, "", "", "")
        for plan in running
        for was in [before.get((plan.patient_id, plan.programme_id))]
        if was is None or was.state != plan.state
    ]


@transaction.atomic
def decline_chosen(pairs: Collection[Pair], *, by: Member, on: dt.date, at: dt.datetime, reason: str) -> int:
    """These patients want nothing of these programmes. Returns how many. Raises as `decline_programme`."""
    return sum(
        decline_programme(programme_id, patients, by=by, on=on, at=at, reason=reason)
        for programme_id, patients in _by_programme(pairs)
    )


@transaction.atomic
def undo_started(begun: Collection[Begun], *, by: Member, on: dt.date, at: dt.datetime) -> int:
    """Stop them again, and let a no be a no again. Returns how many; one that does not run any more is left."""
    require(by, Permission.PLAN_PATIENTS)
    plans = FollowUpPlan.objects.visible_to(by).filter(state=FollowUpPlan.State.ACTIVE).select_for_update()
    running = {plan.pk: plan for plan in plans.filter(pk__in=[each.plan_id for each in begun]).order_by("pk")}
    for each in begun:
        plan = running.get(each.plan_id)
        if plan is None:
            continue
        if each.state == FollowUpPlan.State.DECLINED:
            told = {"on": on, "at": at, "reason": each.reason}
            decline_programme(plan.programme_id, [plan.patient_id], by=by, **told)  # type: ignore[arg-type]
        else:
            # As it was before, if there was one; of one that was new, nobody has decided anything.
            told = {"on": on, "at": at, "reason": each.reason or _("Oppstarten ble tatt tilbake")}
            ended_as = FollowUpPlan.EndedAs(each.ended_as or FollowUpPlan.EndedAs.PROGRAMME)
            stop_many([plan.pk], "stopped", by=by, ended_as=ended_as, **told)  # type: ignore[arg-type]
    return len(running)


def _plans(pairs: Collection[Pair], by: Member) -> list[FollowUpPlan]:
    """The plans there are of these pairs. One query."""
    patients, programmes = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    found = FollowUpPlan.objects.visible_to(by).filter(patient__in=patients, programme__in=programmes)
    return [p for p in found.filter(discharge=None).order_by("pk") if (p.patient_id, p.programme_id) in pairs]


def _by_programme(pairs: Collection[Pair]) -> list[tuple[int, list[int]]]:
    """In an order that two people at once share."""
    found = defaultdict(list)
    for patient_id, programme_id in sorted(pairs):
        found[programme_id].append(patient_id)
    return sorted(found.items())
