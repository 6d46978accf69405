"""What is to be done, by whom: catalogue, delegations, programmes, plans, tasks and their story."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from teams.models import Clinic, ClinicQuerySet, Member


class Certainty(models.TextChoices):
    """How well founded a default is (DOMAIN: [S], [M], [D]). Shown wherever the default shows."""

    SOURCED = "sourced", _("fra kilde")
    GENERAL = "general", _("allmennkunnskap")
    DERIVED = "derived", _("vårt forslag")


class Nature(models.TextChoices):
    CLINICAL = "clinical", _("klinisk")
    ADMINISTRATIVE = "administrative", _("ikke-klinisk")
    MIXED = "mixed", _("administrativt med legefaglig innhold")


class Origin(models.TextChoices):
    """Where work comes from (DOMAIN §5.3)."""

    PATIENT = "patient", _("pasient")
    HOSPITAL = "hospital", _("sykehus")
    MUNICIPALITY = "municipality", _("kommune")
    NAV = "nav", _("NAV")
    PLAN = "plan", _("oppfølgingsplan")
    INTERNAL = "internal", _("internt")
    OTHER = "other", _("annet")


class TaskKind(models.Model):
    """The catalogue (DOMAIN §5.3): what a task is, who may do it, how long it usually takes.

    `professions` may do it under helsepersonelloven § 5; `delegable_to` may when a doctor has delegated it
    to them in person (`Delegation`); `preparable_by` may prepare what a doctor then decides. A kind with a
    `return_rule` (H1–H6, § 35) should go back to its sender or may be declined.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(_("navn"), max_length=80)
    nature = models.CharField(_("art"), max_length=16, choices=Nature.choices)
    professions = ArrayField(models.CharField(max_length=16), verbose_name=_("kan gjøres av"), default=list)
    delegable_to = ArrayField(
        models.CharField(max_length=16), verbose_name=_("kan delegeres til"), default=list, blank=True
    )
    preparable_by = ArrayField(
        models.CharField(max_length=16), verbose_name=_("kan forberedes av"), default=list, blank=True
    )
    minutes = models.JSONField(_("minutter per yrke"), default=dict)
    prepare_minutes = models.PositiveSmallIntegerField(_("minutter til forberedelse"), default=0)
    return_rule = models.CharField(_("regel for retur"), max_length=8, blank=True)
    channel = models.CharField(_("kanal"), max_length=40, blank=True)
    origin = models.CharField(_("vanlig opphav"), max_length=16, choices=Origin.choices)
    certainty = models.CharField(_("sikkerhet"), max_length=8, choices=Certainty.choices)
    rule = models.CharField(_("hjemmel"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("oppgavetype")
        verbose_name_plural = _("oppgavetyper")
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name

    def minutes_for(self, profession: str) -> int:
        """Planning default for this profession, else for the lowest profession that has one."""
        return int(self.minutes.get(profession) or next(iter(self.minutes.values()), 10))


class DelegationQuerySet(ClinicQuerySet):
    def in_force(self, day: dt.date) -> Self:
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
            starts_on__lte=day,
        )


class Delegation(models.Model):
    """A doctor's personal, dated delegation of one kind of task to one member (DOMAIN §1.5).

    Counts for that doctor's listed patients only. There is no clinic-wide switch, on purpose.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    doctor = models.ForeignKey(Member, models.PROTECT, related_name="delegations_given", db_constraint=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="delegations", db_constraint=False)
    kind = models.ForeignKey(TaskKind, models.PROTECT, related_name="+", db_index=False)
    instruction = models.TextField(_("skriftlig instruks"))
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"), null=True, blank=True)
    revoked_on = models.DateField(_("trukket tilbake"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signert"))

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegering")
        verbose_name_plural = _("delegeringer")
        constraints = [
            models.CheckConstraint(condition=~Q(doctor=F("member")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor_id} → {self.member_id}: {self.kind_id}"


class Programme(models.Model):
    """A clinic's follow-up programme: whom by condition, what by steps. Proposed until a doctor approves."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("foreslått")
        APPROVED = "approved", _("godkjent")
        RETIRED = "retired", _("tatt ut av bruk")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="programmes", db_index=False)
    slug = models.SlugField(max_length=40)
    name = models.CharField(_("navn"), max_length=80)
    icpc2 = ArrayField(models.CharField(max_length=3), verbose_name=_("tilstander"), default=list)
    min_drugs = models.PositiveSmallIntegerField(_("minst antall legemidler"), default=0)
    by_condition = models.BooleanField(
        _("foreslås ut fra tilstand"), default=True, help_text=_("Ellers meldes pasienter på for hånd.")
    )
    state = models.CharField(_("status"), max_length=8, choices=State.choices, default=State.PROPOSED)
    version = models.PositiveSmallIntegerField(_("versjon"), default=1)
    approved_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    approved_at = models.DateTimeField(_("godkjent"), null=True, blank=True)
    source = models.CharField(_("kilde"), max_length=200, blank=True)
    certainty = models.CharField(_("sikkerhet"), max_length=8, choices=Certainty.choices)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programmer")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="programme_in_clinic"),
            models.UniqueConstraint(fields=["clinic", "slug"], name="programme_once_per_clinic"),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="programme_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One recurring thing in a programme: every `interval_months` (or days), in a window around due."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="steps", db_constraint=False, db_index=False
    )
    slug = models.SlugField(max_length=40)
    name = models.CharField(_("navn"), max_length=80)
    kind = models.ForeignKey(
        TaskKind, models.PROTECT, related_name="+", verbose_name=_("oppgavetype"), db_index=False
    )
    interval_months = models.PositiveSmallIntegerField(_("måneder mellom"), default=0)
    interval_days = models.PositiveSmallIntegerField(_("dager mellom"), default=0)
    opens_days_before = models.PositiveSmallIntegerField(_("åpner dager før"), default=21)
    closes_days_after = models.PositiveSmallIntegerField(_("lukker dager etter"), null=True, blank=True)
    hard = models.BooleanField(_("frist som ikke kan glippe"), default=False)
    minutes = models.PositiveSmallIntegerField(_("minutter"), null=True, blank=True)
    source = models.CharField(_("kilde"), max_length=200, blank=True)
    certainty = models.CharField(_("sikkerhet"), max_length=8, choices=Certainty.choices)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("steg")
        verbose_name_plural = _("steg")
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="step_in_clinic"),
            models.UniqueConstraint(fields=["programme", "slug"], name="step_once_per_programme"),
            models.CheckConstraint(
                condition=Q(interval_months__gt=0) | Q(interval_days__gt=0), name="step_has_an_interval"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FollowUpPlan(models.Model):
    """A patient in a programme."""

    class State(models.TextChoices):
        ACTIVE = "active", _("i gang")
        STOPPED = "stopped", _("stanset")
        DECLINED = "declined", _("takket nei")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="plans", db_constraint=False, db_index=False
    )
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="plans", db_constraint=False)
    state = models.CharField(_("status"), max_length=8, choices=State.choices, default=State.ACTIVE)
    starts_on = models.DateField(_("fra"))
    ended_on = models.DateField(_("til"), null=True, blank=True)
    end_reason = models.CharField(_("årsak"), max_length=120, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("oppfølgingsplan")
        verbose_name_plural = _("oppfølgingsplaner")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="plan_in_clinic"),
            models.UniqueConstraint(fields=["patient", "programme"], name="plan_once_per_patient"),
            models.CheckConstraint(
                condition=Q(state="active", ended_on__isnull=True)
                | (~Q(state="active") & Q(ended_on__isnull=False)),
                name="plan_ended_on_iff_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.programme_id}"


class PlanStep(models.Model):
    """Where one plan stands in one step: the next occasion, and whether its task is open.

    Kept as state so that the night only has to look at what opens now: a partial index finds it among
    all plans of all clinics (FLOORS §2).
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(
        FollowUpPlan, models.CASCADE, related_name="steps", db_constraint=False, db_index=False
    )
    step = models.ForeignKey(Step, models.PROTECT, related_name="+", db_constraint=False)
    last_done_on = models.DateField(_("sist utført"), null=True, blank=True)
    opens_on = models.DateField(_("åpner"))
    due_on = models.DateField(_("frist"))
    closes_on = models.DateField(_("lukker"), null=True, blank=True)
    waiting = models.BooleanField(
        default=True,
        help_text="True until the task of this occasion is opened; False while it is open or ended.",
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("neste i plan")
        verbose_name_plural = _("neste i plan")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="planstep_in_clinic"),
            models.UniqueConstraint(fields=["plan", "step"], name="planstep_once"),
            models.CheckConstraint(condition=Q(opens_on__lte=F("due_on")), name="planstep_opens_before_due"),
        ]
        indexes = [models.Index(fields=["opens_on"], condition=Q(waiting=True), name="planstep_opening")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.step_id} {self.due_on:%d.%m.%Y}"


class TaskState(models.TextChoices):
    """Where a task stands; the moves allowed between them are in tasks/life.py."""

    OPEN = "open", _("ikke tildelt")
    ASSIGNED = "assigned", _("tildelt")
    STARTED = "started", _("påbegynt")
    DONE = "done", _("utført")
    CANCELLED = "cancelled", _("avbrutt")
    RETURNED = "returned", _("returnert")
    EXPIRED = "expired", _("utløpt")


HELD = (TaskState.ASSIGNED, TaskState.STARTED)
ENDED = (TaskState.DONE, TaskState.CANCELLED, TaskState.RETURNED, TaskState.EXPIRED)


class TaskQuerySet(ClinicQuerySet):
    def open(self) -> Self:
        """Not ended, whoever holds it."""
        return self.filter(ended_at__isnull=True)

    def held_by(self, member: Member) -> Self:
        return self.filter(assignee=member)

    def in_order(self) -> Self:
        """Hard deadlines first, then by due date with undated last; stable."""
        return self.order_by("-hard", F("due_on").asc(nulls_last=True), "id")


class Task(models.Model):
    """One piece of work, opened by a plan, sent by somebody, or logged after the fact.

    Window: may be done from `opens_on`, should be by `due_on`, must by `closes_on`. `planned_on` is the
    day the allocation gave it. `planned_minutes` is the estimate, `minutes` what it took. Every change has
    a `TaskEvent`; `version` grows with each, so that two people cannot overwrite one another.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey(
        TaskKind, models.PROTECT, related_name="+", verbose_name=_("oppgavetype"), db_index=False
    )
    name = models.CharField(_("oppgave"), max_length=120)
    patient = models.ForeignKey(
        Patient,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        db_constraint=False,
        db_index=False,
    )
    plan_step = models.ForeignKey(
        PlanStep,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        db_constraint=False,
        db_index=False,
    )
    origin = models.CharField(_("opphav"), max_length=16, choices=Origin.choices)
    sender = models.CharField(_("avsender"), max_length=120, blank=True)
    state = models.CharField(_("status"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    opens_on = models.DateField(_("åpner"))
    due_on = models.DateField(_("frist"), null=True, blank=True)
    closes_on = models.DateField(_("lukker"), null=True, blank=True)
    hard = models.BooleanField(_("frist som ikke kan glippe"), default=False)
    logged = models.BooleanField(_("logget i etterkant"), default=False)
    planned_minutes = models.PositiveSmallIntegerField(_("anslått tid"))
    planned_on = models.DateField(_("planlagt"), null=True, blank=True)
    assignee = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        db_constraint=False,
        db_index=False,
    )
    why = models.JSONField(
        default=dict, blank=True, help_text="Why the assignee has it: tasks/allocation/reasons."
    )
    opened_at = models.DateTimeField(_("åpnet"))
    ended_at = models.DateTimeField(_("avsluttet"), null=True, blank=True)
    done_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="done_tasks",
        db_constraint=False,
        db_index=False,
    )
    minutes = models.PositiveSmallIntegerField(_("tidsbruk"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("oppgave")
        verbose_name_plural = _("oppgaver")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="task_in_clinic"),
            # Makes the night harmless to run twice: an occasion has one task, ever.
            models.UniqueConstraint(
                fields=["plan_step", "due_on"],
                condition=Q(plan_step__isnull=False),
                name="task_once_per_occasion",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*HELD, TaskState.OPEN], ended_at__isnull=True)
                | Q(state__in=ENDED, ended_at__isnull=False),
                name="task_ended_at_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_by__isnull=False, minutes__isnull=False)
                | (~Q(state="done") & Q(done_by__isnull=True, minutes__isnull=True)),
                name="task_done_by_iff_done",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=HELD) & Q(assignee__isnull=False))
                | (Q(state="open") & Q(assignee__isnull=True))
                | Q(state__in=ENDED),
                name="task_assignee_iff_held",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "assignee", "due_on", "id"],
                condition=Q(ended_at__isnull=True),
                name="task_worklist",
            ),
            models.Index(
                fields=["ended_at"],
                include=["clinic", "state", "kind", "origin", "done_by", "minutes", "logged"],
                condition=Q(ended_at__isnull=False),
                name="task_ended",
            ),
            models.Index(fields=["opened_at"], include=["clinic", "kind", "origin"], name="task_opened"),
            models.Index(fields=["due_on"], include=["clinic", "ended_at"], name="task_due"),
            models.Index(fields=["patient", "-ended_at"], name="task_by_patient"),
        ]

    def __str__(self) -> str:
        return self.name


class Verb(models.TextChoices):
    """What can happen to a task."""

    OPEN = "open", _("åpnet")
    ASSIGN = "assign", _("tildelt")
    PLAN = "plan", _("planlagt")
    HAND_ON = "hand_on", _("gitt videre")
    RELEASE = "release", _("sluppet")
    POSTPONE = "postpone", _("utsatt")
    COMPLETE = "complete", _("utført")
    UNDO = "undo", _("angret")
    CANCEL = "cancel", _("avbrutt")
    RETURN = "return", _("returnert")
    LOG = "log", _("logget")


class TaskEvent(models.Model):
    """One change of a task: the append-only story that every number can be replayed from.

    `by` is empty when a nightly job did it. `at` is when it was recorded, `effective_at` when it happened.
    `after` holds the changed fields' new values, enough to rebuild the task.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="events", db_constraint=False, db_index=False)
    verb = models.CharField(max_length=10, choices=Verb.choices)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    from_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    to_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    effective_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("hendelse")
        verbose_name_plural = _("hendelser")
        ordering = ("id",)
        indexes = [models.Index(fields=["task", "id"], name="event_story")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.verb}"


class AllocationRun(models.Model):
    """One night's sharing out for one clinic: how many got somebody, how many nobody, how level."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    ran_at = models.DateTimeField()
    first_day = models.DateField()
    placed = models.PositiveIntegerField()
    unplaced = models.PositiveIntegerField()
    moved = models.PositiveIntegerField()

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("fordeling")
        verbose_name_plural = _("fordelinger")
        indexes = [models.Index(fields=["clinic", "-ran_at"], name="allocationrun_latest")]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.first_day:%d.%m.%Y}"
