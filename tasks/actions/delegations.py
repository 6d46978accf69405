"""A doctor delegates in person: drafted by whoever does tasks, signed by the doctor alone, taken back at once."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tasks.actions.changing import Changed, text_of, write
from tasks.actions.locking import lock_placing
from tasks.actions.urgent import put_all_in
from tasks.delegating import REGISTERED_FIRST, last_day, still_a_draft
from tasks.eligibility import ground_for, rule_for
from tasks.models import Cause, Delegation, DelegationQuerySet, Task, TaskKind, TaskState, Verb
from tasks.queries.delegations import digest_of
from teams.calendar import DAY, oslo_date
from teams.models import Member
from teams.permissions import Permission, may, require

TEXT_MAX = 8000
FURTHEST = dt.timedelta(days=5 * 366)
AT_ONCE = 20  # tasks that a page waits for; a worker places the rest


@dataclass(frozen=True, slots=True)
class Terms:
    """What a draft says: the instruction, and from when to when."""

    text: str
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of the tasks held on that ground: how many each got (None: nobody yet), what is left for a worker,
    and what the member is at and may not finish.
    """

    delegation: Delegation
    went_to: Mapping[int | None, int]
    later: int
    begun: tuple[Task, ...]

    @property
    def released(self) -> int:
        return sum(self.went_to.values()) + self.later


@transaction.atomic
def draft(
    doctor: Member,
    members: Iterable[Member],
    terms: Mapping[TaskKind, Terms],
    *,
    by: Member,
    at: dt.datetime,
) -> list[Delegation]:
    """One draft for every member and kind; none where one lies already. Nobody gets anything of it before it is signed.

    Raises PermissionDenied (no tasks; another clinic's), ValueError: "doctor" (no doctor, or not here), "member" (not
    here, the doctor themselves, or of a profession that the kind cannot be delegated to), "starts_on" (past, or more
    than five years ahead), "ends_on", "text".
    """
    require(by, Permission.DO_TASKS)
    today = oslo_date(at)
    if doctor.clinic_id != by.clinic_id:
        raise PermissionDenied("another clinic's doctor")
    if not doctor.is_doctor or not _here(doctor, today):
        raise ValueError("doctor")
    made = []
    for member in members:
        for kind, said in terms.items():
            _check_receiver(member, doctor, kind, today)
            text = _check_terms(said, today)
            before = _of(by, doctor, member, kind)
            if before.filter(signed_at__isnull=True, revoked_on__isnull=True).exists():
                continue
            last = before.filter(signed_at__isnull=False).order_by("-version", "-pk").first()
            made.append(
                Delegation.objects.create(
                    clinic_id=by.clinic_id, doctor=doctor, member=member, kind=kind, instruction=text,
                    starts_on=said.starts_on, ends_on=said.ends_on, drafted_by=by, replaces=last,
                    version=last.version + 1 if last else 1,
                )
            )  # fmt: skip
    return made


@transaction.atomic
def revise(delegation_id: int, terms: Terms, *, read: str, by: Member, at: dt.datetime) -> Delegation:
    """Other words or days for a draft; whoever writes last is named with it. `read`: the digest of what was shown.

    Raises Delegation.DoesNotExist, PermissionDenied, Changed (signed, discarded or rewritten since), ValueError as
    `draft`.
    """
    require(by, Permission.DO_TASKS)
    row = _draft(delegation_id, by)
    if digest_of(row) != read:
        raise Changed(_("Utkastet er endret av andre siden du åpnet det. Se på det en gang til."))
    row.instruction = _check_terms(terms, oslo_date(at))
    row.starts_on, row.ends_on, row.drafted_by = terms.starts_on, terms.ends_on, by
    row.save(update_fields=["instruction", "starts_on", "ends_on", "drafted_by"])
    return row


@transaction.atomic
def discard(delegation_id: int, *, by: Member, at: dt.datetime) -> Delegation:
    """A draft that nobody will sign; it stays in the register's past. The doctor, who wrote it, or a leader.

    Raises Delegation.DoesNotExist, PermissionDenied, Changed (signed or discarded already).
    """
    require(by, Permission.DO_TASKS)
    row = _draft(delegation_id, by)
    if by.pk not in (row.doctor_id, row.drafted_by_id) and not may(by, Permission.ASSIGN_TASKS):
        raise PermissionDenied("neither the doctor, the writer, nor a leader")
    row.revoked_on, row.revoked_by = oslo_date(at), by
    row.save(update_fields=["revoked_on", "revoked_by"])
    return row


@transaction.atomic
def sign(
    read: Mapping[int, str], *, answers: bool, registered: bool, by: Member, at: dt.datetime
) -> list[Delegation]:
    """The doctor signs drafts, each as it was read: `read` has its digest by id. From today at the earliest.

    `answers`: for competence, guidance and control (helsepersonelloven §§ 4 and 5); `registered`: those of the rule
    of 2026 are in Helfo's register and the nurse is employed here. An earlier version ends the day before. Raises
    PermissionDenied (not the doctor), Delegation.DoesNotExist, Changed, ValueError: "nothing", "answers",
    "registered", "mark" (a text still says that it is a draft), "ends_on" (over before it begins), "member".
    """
    require(by, Permission.DELEGATE)
    if not read:
        raise ValueError("nothing")
    if not answers:
        raise ValueError("answers")
    today = oslo_date(at)
    # The doctor's rows are the doctor's alone to sign: locking them all keeps two windows from signing one twice.
    own = Delegation.objects.visible_to(by).filter(doctor=by).select_for_update(of=("self",))
    rows = {row.pk: row for row in own.select_related("kind", "member").order_by("pk")}
    for pk in read:
        if pk not in rows:
            raise PermissionDenied("somebody else's, or nobody's")
        _check_signing(rows[pk], read[pk], registered, today)
    return [_sign(rows[pk], rows.values(), today, at) for pk in sorted(read)]


@transaction.atomic
def revoke(delegation_id: int, *, reason: str, by: Member, at: dt.datetime) -> Revoked:
    """Taken back from now on: what the member holds on that ground is somebody else's at once, with its event.

    What the member is at is left with them and named. The doctor alone decides; a leader only for a doctor who works
    here no more. Raises Delegation.DoesNotExist, PermissionDenied, Changed (not signed, over or revoked), ValueError("reason").
    """
    # Before any row: a sharing out that reads the law waits, and reads it without this.
    lock_placing(by.clinic_id)
    found = (
        Delegation.objects.visible_to(by)
        .select_for_update(of=("self",))
        .select_related("doctor", "member", "kind")
    )
    row: Delegation = found.get(pk=delegation_id)
    today = oslo_date(at)
    _check_revoking(row, by, today)
    row.revoke_reason = text_of("reason", reason, needed=True)
    row.revoked_on, row.revoked_by = today, by
    row.save(update_fields=["revoked_on", "revoked_by", "revoke_reason"])
    released, begun = _release(row, by=by, at=at)
    now, later = released[:AT_ONCE], released[AT_ONCE:]
    placed = put_all_in(now, cause=Cause.DELEGATION, by=by, at=at) if now else {}
    return Revoked(row, Counter(placed.get(task_id) for task_id in now), len(later), begun)


def _release(row: Delegation, *, by: Member, at: dt.datetime) -> tuple[list[int], tuple[Task, ...]]:
    """Ids of the tasks that were not begun and are now nobody's, the most pressing first; and those begun."""
    still = Delegation.objects.in_force(oslo_date(at)).filter(
        doctor=row.doctor, member=row.member, kind=row.kind
    )
    delegated = set(still.values_list("doctor_id", "member_id"))
    held = (
        Task.objects.visible_to(by)
        .open()
        .held_by(row.member)
        .filter(kind=row.kind, patient__list_doctor=row.doctor)
    )
    lost = [
        task
        for task in held.select_for_update(of=("self",)).select_related("kind", "patient").order_by("pk")
        if not ground_for(
            rule_for(row.kind, task.part), member_id=row.member_id, profession=row.member.profession,
            list_doctor_id=row.doctor_id, delegated=delegated,
        )
    ]  # fmt: skip
    begun = tuple(task for task in lost if task.state == TaskState.STARTED)
    free = sorted(
        (t for t in lost if t not in begun), key=lambda t: (not t.hard, t.due_on or dt.date.max, t.pk)
    )
    for task in free:
        write(
            task, Verb.RELEASE, by=by, at=at, reason=_("delegeringen er trukket tilbake"),
            assignee=None, planned_on=None, why={}, pinned=False, pinned_day=False,
        )  # fmt: skip
    return [task.pk for task in free], begun


def _sign(row: Delegation, rows: Iterable[Delegation], today: dt.date, at: dt.datetime) -> Delegation:
    row.starts_on = max(row.starts_on, today)
    same = [
        other
        for other in rows
        if (other.member_id, other.kind_id) == (row.member_id, row.kind_id)
        and other.signed_at is not None
        and other.pk != row.pk
    ]
    for other in same:
        last = last_day(other.ends_on, other.revoked_on)
        if not _revoked(other, today) and (last is None or last >= row.starts_on):
            _end(other, row, today)
    latest = max(same, key=lambda other: (other.version, other.pk), default=None)
    row.replaces, row.version = latest, latest.version + 1 if latest else 1
    row.signed_at = at
    row.save(update_fields=["starts_on", "replaces", "version", "signed_at"])
    return row


def _end(other: Delegation, row: Delegation, today: dt.date) -> None:
    """An earlier version holds until the day before the new one; one that would begin no earlier never holds."""
    if other.starts_on < row.starts_on:
        other.ends_on = row.starts_on - DAY
        # It ends so, and no longer with somebody's last day.
        other.revoked_on, other.revoked_by, other.revoke_reason = None, None, ""
        other.save(update_fields=["ends_on", "revoked_on", "revoked_by", "revoke_reason"])
    else:
        other.revoked_on, other.revoked_by = min(today, other.starts_on), row.doctor
        other.revoke_reason = _("erstattet av en ny utgave")
        other.save(update_fields=["revoked_on", "revoked_by", "revoke_reason"])


def _draft(delegation_id: int, by: Member) -> Delegation:
    row: Delegation = Delegation.objects.visible_to(by).select_for_update(of=("self",)).get(pk=delegation_id)
    if row.signed_at is not None or row.revoked_on is not None:
        raise Changed(_("Utkastet er alt signert eller forkastet."))
    return row


def _of(by: Member, doctor: Member, member: Member, kind: TaskKind) -> DelegationQuerySet:
    return Delegation.objects.visible_to(by).filter(doctor=doctor, member=member, kind=kind)


def _revoked(row: Delegation, today: dt.date) -> bool:
    """Not when it will end with somebody's last day: until then it holds, and can be taken back."""
    return row.revoked_on is not None and row.revoked_on <= today


def _here(member: Member, day: dt.date) -> bool:
    return member.ends_on is None or day <= member.ends_on


def _check_receiver(member: Member, doctor: Member, kind: TaskKind, today: dt.date) -> None:
    if member.clinic_id != doctor.clinic_id:
        raise PermissionDenied("another clinic's member")
    if member == doctor or member.profession not in kind.delegable_to or not _here(member, today):
        raise ValueError("member")


def _check_terms(terms: Terms, today: dt.date) -> str:
    if not today <= terms.starts_on <= today + FURTHEST:
        raise ValueError("starts_on")
    if terms.ends_on is not None and not terms.starts_on <= terms.ends_on <= today + FURTHEST:
        raise ValueError("ends_on")
    return text_of("text", terms.text.replace("\r\n", "\n"), most=TEXT_MAX, needed=True)


def _check_signing(row: Delegation, read: str, registered: bool, today: dt.date) -> None:
    if row.signed_at is not None or row.revoked_on is not None or digest_of(row) != read:
        raise Changed(_("Et av utkastene er endret siden du åpnet siden. Les det en gang til."))
    if not _here(row.member, today):
        raise ValueError("member")
    if row.ends_on is not None and row.ends_on < today:
        raise ValueError("ends_on")
    if still_a_draft(row.instruction):
        raise ValueError("mark")
    if row.kind.slug in REGISTERED_FIRST and not registered:
        raise ValueError("registered")


def _check_revoking(row: Delegation, by: Member, today: dt.date) -> None:
    own = row.doctor_id == by.pk and by.is_doctor  # whatever access they have now: nobody else may
    for_another = may(by, Permission.ASSIGN_TASKS) and not _here(row.doctor, today)
    if not own and not for_another:
        raise PermissionDenied("neither the doctor, nor a leader for one who has left")
    over = row.ends_on is not None and row.ends_on < today
    if row.signed_at is None or _revoked(row, today) or over:
        raise Changed(_("Delegeringen gjelder ikke lenger."))
