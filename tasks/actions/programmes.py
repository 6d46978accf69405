"""Programmes: proposed by us, approved by one of the clinic's doctors."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from tasks.catalogue import programmes
from tasks.models import Programme, Rule, Step, TaskKind
from teams.models import Clinic, Member
from teams.permissions import Permission, require


@transaction.atomic
def propose_programmes(clinic_id: int) -> int:
    """Give a clinic the default programmes it does not have yet, as proposals. Returns how many.

    Not done by a member: called when a clinic is set up, by the shell or the demo.
    """
    clinic = Clinic.objects.get(pk=clinic_id)
    kinds = {kind.slug: kind for kind in TaskKind.objects.all()}
    had = set(Programme.objects.filter(clinic=clinic).values_list("slug", flat=True))
    missing = [default for default in programmes() if default["slug"] not in had]
    made = Programme.objects.bulk_create(
        Programme(
            clinic=clinic, slug=p["slug"], name=p["name"], icpc2=p["icpc2"], min_drugs=p.get("min_drugs", 0),
            by_condition=p.get("by_condition", True), on_discharge=p.get("on_discharge", False), source=p["source"], certainty=p["certainty"],
        )
        for p in missing
    )  # fmt: skip
    rows = [
        (programme, default, position, step)
        for programme, default in zip(made, missing, strict=True)
        for position, step in enumerate(default["steps"], start=1)
    ]
    own = [_step(*row, kinds) for row in rows if "leads_to" not in row[3]]
    steps = {(step.programme_id, step.slug): step for step in Step.objects.bulk_create(own)}
    Step.objects.bulk_create(
        _step(*row, kinds, leads_to=steps[row[0].pk, row[3]["leads_to"]])
        for row in rows
        if "leads_to" in row[3]
    )
    return len(made)


def _step(
    programme: Programme,
    default: dict[str, Any],
    position: int,
    s: dict[str, Any],
    kinds: dict[str, TaskKind],
    leads_to: Step | None = None,
) -> Step:
    return Step(
        clinic_id=programme.clinic_id, programme=programme, slug=s["slug"], name=s["name"], kind=kinds[s["kind"]],
        interval_months=s.get("months", 0), interval_days=s.get("days", 0), opens_days_before=s.get("opens", 0),
        closes_days_after=s.get("closes"), hard=s.get("hard", False), minutes=s.get("minutes"),
        rule=s.get("rule", Rule.INTERVAL), shares=s.get("shares", ""), leads_to=leads_to, lead_days=s.get("lead", 0),
        source=s.get("source", default["source"]), certainty=s["certainty"], position=position,
    )  # fmt: skip


@transaction.atomic
def approve_programme(programme_id: int, *, by: Member, at: dt.datetime) -> Programme:
    """A doctor of the clinic takes responsibility for the programme's intervals. Approving twice changes nothing.

    Raises PermissionDenied for others than doctors, Programme.DoesNotExist outside the clinic.
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    programme: Programme = Programme.objects.visible_to(by).select_for_update().get(pk=programme_id)
    if programme.state != Programme.State.APPROVED:
        programme.state = Programme.State.APPROVED
        programme.approved_by, programme.approved_at = by, at
        programme.save(update_fields=["state", "approved_by", "approved_at"])
    return programme
