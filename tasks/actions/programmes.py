"""Programmes: proposed by us, approved by one of the clinic's doctors, taken out of use by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from patients.actions.following import follow_codes
from tasks.actions.changing import Changed, text_of
from tasks.actions.intervals import follow_new_version
from tasks.actions.plans import stop_plans_of
from tasks.catalogue import programmes
from tasks.models import Programme, ProgrammeVersion, Step, TaskKind
from tasks.programme_checks import sound
from tasks.programme_text import ProgrammeText, from_default, to_json
from tasks.queries.programmes import in_force, next_text, read_digest, waits
from teams.calendar import oslo_date
from teams.models import Clinic, Member
from teams.permissions import Permission, require

State = Programme.State


@transaction.atomic
def propose_programmes(clinic_id: int) -> int:
    """Give a clinic the default programmes it does not have yet, as proposals. Returns how many.

    Not done by a member: called when a clinic is set up, by the shell or the demo.
    """
    clinic = Clinic.objects.get(pk=clinic_id)
    had = set(Programme.objects.filter(clinic=clinic).values_list("slug", flat=True))
    texts = {d["slug"]: from_default(d) for d in programmes() if d["slug"] not in had}
    made = Programme.objects.bulk_create(
        Programme(clinic=clinic, slug=slug, **_columns(text)) for slug, text in texts.items()
    )
    _write_steps({programme: texts[programme.slug] for programme in made})
    return len(made)


def approve_programme(
    programme_id: int, *, by: Member, at: dt.datetime, read: str | None = None
) -> Programme:
    """One programme, as it was read. Without `read` (the shell, the demo) as it stands; approved already, it is left.

    Raises as `approve_programmes`.
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    programme: Programme = Programme.objects.visible_to(by).get(pk=programme_id)
    if read is None:
        if not waits(programme) and programme.state == State.APPROVED:
            return programme
        read = read_digest(programme)
    return approve_programmes({programme_id: read}, by=by, at=at)[0]


@transaction.atomic
def approve_programmes(read: Mapping[int, str], *, by: Member, at: dt.datetime) -> list[Programme]:
    """A doctor of the clinic takes responsibility for the words read: `read` has their digest by programme.

    What was proposed, drafted or out of use is in force from now, as a version of its own that keeps every word.
    Plans that run follow it (tasks/actions/plans.py). Raises PermissionDenied for others than doctors,
    Programme.DoesNotExist outside the clinic, Changed (approved, or other words since), Unsound, ValueError("nothing").
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    if not read:
        raise ValueError("nothing")
    locked = Programme.objects.visible_to(by).select_for_update(of=("self",)).filter(pk__in=read)
    rows = list(locked.order_by("pk"))
    if len(rows) != len(read):
        raise Programme.DoesNotExist
    for programme in rows:
        _check_read(programme, read[programme.pk])
    for programme in rows:
        _approve(programme, by=by, at=at)
    return rows


@transaction.atomic
def retire_programme(programme_id: int, *, reason: str, by: Member, at: dt.datetime) -> int:
    """Out of use: its plans are stopped, with why. Returns how many were. A doctor alone; what was only proposed, too.

    Raises PermissionDenied, Programme.DoesNotExist, Changed (out of use already), ValueError("reason").
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    programme = Programme.objects.visible_to(by).select_for_update(of=("self",)).get(pk=programme_id)
    if programme.state == State.RETIRED:
        raise Changed(_("Programmet er alt tatt ut av bruk."))
    why = text_of("reason", reason, most=120, needed=True)
    programme.state = State.RETIRED
    programme.save(update_fields=["state"])
    return stop_plans_of(programme_id, by=by, on=oslo_date(at), at=at, reason=why)


def _check_read(programme: Programme, read: str) -> None:
    if programme.state == State.APPROVED and not waits(programme):
        raise Changed(_("%(name)s er alt godkjent.") % {"name": programme.name})
    if read_digest(programme) != read:
        raise Changed(
            _("%(name)s er endret siden du åpnet siden. Les det en gang til.") % {"name": programme.name}
        )


def _approve(programme: Programme, *, by: Member, at: dt.datetime) -> None:
    text, first = next_text(programme), programme.approved_at is None
    sound(text, kinds=set(TaskKind.objects.values_list("slug", flat=True)))
    was_in_force = programme.state == State.APPROVED
    before = {step.pk: step for step in programme.steps.filter(retired=False)}
    if not first:
        _keep_version(programme)
        programme.version += 1
    if programme.draft is not None:
        for name, value in _columns(text).items():
            setattr(programme, name, value)
        _write_steps({programme: text})
    programme.state, programme.approved_by, programme.approved_at = State.APPROVED, by, at
    programme.draft, programme.drafted_by, programme.drafted_at = None, None, None
    programme.save()
    _write_version(programme, text)
    follow_codes(text.icpc2, by=by)
    if was_in_force:
        follow_new_version(programme.pk, before, by=by, on=oslo_date(at))


def _keep_version(programme: Programme) -> None:
    """What was approved before versions were kept is kept now, before other words take its place."""
    if not programme.versions.filter(version=programme.version).exists():
        _write_version(programme, in_force(programme))


def _write_version(programme: Programme, text: ProgrammeText) -> None:
    by_id, at = programme.approved_by_id, programme.approved_at
    assert by_id is not None and at is not None  # noqa: S101  # programme_approved_by_somebody
    ProgrammeVersion.objects.create(
        clinic_id=programme.clinic_id, programme=programme, version=programme.version, content=to_json(text),
        approved_by_id=by_id, approved_at=at,
    )  # fmt: skip


def _columns(text: ProgrammeText) -> dict[str, object]:
    return {
        "name": text.name, "icpc2": list(text.icpc2), "min_drugs": text.min_drugs,
        "by_condition": text.by_condition, "on_discharge": text.on_discharge, "source": text.source,
        "certainty": text.certainty,
    }  # fmt: skip


def _write_steps(texts: Mapping[Programme, ProgrammeText]) -> None:
    """Steps by slug: changed where they are, added, or retired; never deleted. Six statements at most.

    What leads to another step is written after it, since it has no interval of its own but that.
    """
    kinds = {kind.slug: kind.pk for kind in TaskKind.objects.all()}
    ids: dict[tuple[int, str], int] = {}
    had = {(step.programme_id, step.slug): step for step in Step.objects.filter(programme__in=texts)}
    told = [
        (programme, n, step)
        for programme, text in texts.items()
        for n, step in enumerate(text.steps, start=1)
    ]
    for leading in (False, True):
        rows = []
        for programme, position, step in told:
            if bool(step.leads_to) is not leading:
                continue
            key = (programme.pk, step.slug)
            row = had.get(key) or Step(clinic_id=programme.clinic_id, programme=programme, slug=step.slug)
            row.name, row.kind_id, row.rule, row.shares = step.name, kinds[step.kind], step.rule, step.shares
            row.interval_months, row.interval_days = (0, 0) if leading else (step.months, step.days)
            row.opens_days_before, row.closes_days_after, row.hard = step.opens, step.closes, step.hard
            row.leads_to_id = ids[programme.pk, step.leads_to] if leading else None
            row.lead_days, row.minutes = step.lead_days if leading else 0, step.minutes
            row.source, row.certainty, row.position = step.source, step.certainty, position
            row.retired = False
            rows.append(row)
        Step.objects.bulk_create([row for row in rows if row.pk is None])
        Step.objects.bulk_update([row for row in rows if row.pk is not None], _STEP)
        ids |= {(row.programme_id, row.slug): row.pk for row in rows}
    gone = [step.pk for key, step in had.items() if key not in ids]
    Step.objects.filter(pk__in=gone).update(retired=True)


_STEP = (
    "name", "kind", "rule", "shares", "interval_months", "interval_days", "opens_days_before", "closes_days_after",
    "hard", "leads_to", "lead_days", "minutes", "source", "certainty", "position", "retired",
)  # fmt: skip
