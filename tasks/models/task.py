"""One piece of work, and where it stands."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.models.catalogue import Origin, TaskKind
from tasks.models.plans import PlanStep
from tasks.models.states import ENDED, HELD, RETURNS, UNDONE, Channel, Closing, Part, TaskState
from teams.models import Clinic, ClinicQuerySet, Member


class TaskQuerySet(ClinicQuerySet):
    def open(self) -> Self:
        """Not ended, whoever holds it."""
        return self.filter(ended_at__isnull=True)

    def held_by(self, member: Member) -> Self:
        return self.filter(assignee=member)

    def in_order(self) -> Self:
        """Hard deadlines first, then by due date with undated last; stable."""
        return self.order_by("-hard", F("due_on").asc(nulls_last=True), "id")

    def taking_time(self) -> Self:
        """Without what was told of afterwards and went by appointment: capacity has left those minutes out already."""
        return self.exclude(logged=True, kind__by_appointment=True)


# Where among those that a leader ruled out the holder stands.
_KEPT_FROM = Func("forbidden", "assignee", function="array_position", output_field=models.IntegerField())


class Task(models.Model):
    """One piece of work, opened by a plan, sent by somebody, or logged after the fact.

    Window: may be done from `opens_on`, should be by `due_on`, must by `closes_on`. `planned_on` is the
    day the allocation gave it. `planned_minutes` is the estimate, `minutes` what it took. Every change has
    a `TaskEvent`; `version` grows with each, so that two people cannot overwrite one another. A signature
    (`part`) waits for the task `after`, its preparation.
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
        default=dict, blank=True, help_text="Why the assignee has it: tasks/allocation/problem.py."
    )
    pinned = models.BooleanField(
        _("låst"), default=False, db_default=False, help_text=_("Et menneske har bestemt hvem.")
    )
    pinned_day = models.BooleanField(
        _("dagen er låst"),
        default=False,
        db_default=False,
        help_text=_("Et menneske har bestemt dagen også."),
    )
    forbidden = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("utelukket"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("Medarbeidere som en leder har utelukket fra denne oppgaven."),
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
    part = models.CharField(
        _("del"), max_length=7, choices=Part.choices, blank=True, default="", db_default=""
    )
    after = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures",
        db_constraint=False,
        db_index=False,
        verbose_name=_("forberedelse"),
    )
    leads_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_by",
        db_constraint=False,
        db_index=False,
        help_text=_("Det den tas før: prøver en uke før kontrollen."),
    )
    closing = models.CharField(
        _("hvordan den endte"), max_length=10, choices=Closing.choices, blank=True, default="", db_default=""
    )
    channel = models.CharField(
        _("kanal"), max_length=9, choices=Channel.choices, blank=True, default="", db_default=""
    )
    attempts = models.PositiveSmallIntegerField(_("forsøk på å nå pasienten"), default=0, db_default=0)
    escalated = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="0: nobody was warned, 1: the leader, 2: everybody (tasks/urgency.py).",
    )  # fmt: skip
    timer_from = models.DateTimeField(_("klokken går fra"), null=True, blank=True)
    timed = models.PositiveSmallIntegerField(_("minutter på klokken"), default=0, db_default=0)
    once = models.UUIDField(null=True, editable=False)  # of the form it was written by: actions/once.py

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("oppgave")
        verbose_name_plural = _("oppgaver")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="task_in_clinic"),
            models.UniqueConstraint(fields=["once"], condition=Q(once__isnull=False), name="task_once"),
            # Where a plan stands is one occasion: it never has two open tasks.
            models.UniqueConstraint(
                fields=["plan_step"],
                condition=Q(plan_step__isnull=False, ended_at__isnull=True),
                name="task_once_per_occasion",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*HELD, TaskState.OPEN, TaskState.SCHEDULED], ended_at__isnull=True)
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
                | (Q(state__in=["open", "scheduled"]) & Q(assignee__isnull=True))
                | Q(state__in=ENDED),
                name="task_assignee_iff_held",
            ),
            models.CheckConstraint(
                condition=(Q(closing="") & ~Q(state__in=ENDED))
                | Q(closing="done", state="done")
                | Q(closing="expired", state="expired")
                | Q(closing__in=RETURNS, state="returned")
                | Q(closing__in=UNDONE, state="cancelled"),
                name="task_closing_tells_how",
            ),
            models.CheckConstraint(
                condition=Q(timer_from__isnull=True) | Q(state="started"), name="task_timer_only_when_started"
            ),
            models.CheckConstraint(
                condition=Q(after__isnull=True) | Q(part="sign"), name="task_after_only_for_signing"
            ),
            models.CheckConstraint(
                condition=Q(pinned=False) | Q(assignee__isnull=False), name="task_pinned_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(pinned_day=False) | Q(pinned=True, planned_on__isnull=False),
                name="task_pinned_day_has_a_day",
            ),
            # So that no reading of what people hold need look for it.
            models.CheckConstraint(condition=IsNull(_KEPT_FROM, True), name="task_not_held_by_ruled_out"),
        ]
        indexes = [
            # One person's list in order, how full everybody's days are, and the board's sums, from the index alone.
            models.Index(
                fields=["clinic", "assignee", "due_on", "id"],
                include=[
                    "planned_on",
                    "opens_on",
                    "planned_minutes",
                    "hard",
                    "state",
                    "escalated",
                    "kind",
                    "part",
                    "origin",
                    "opened_at",
                ],
                condition=Q(ended_at__isnull=True),
                name="task_worklist",
            ),
            models.Index(
                fields=["done_by", "ended_at"], condition=Q(done_by__isnull=False), name="task_done_by"
            ),
            models.Index(
                fields=["clinic"],
                condition=Q(escalated__gt=0, ended_at__isnull=True),
                name="task_escalated",
            ),
            # What the closing of a week reads: what ended, what was opened, what was due. The clinic first: a batch of
            # clinics reads its own and nobody else's.
            models.Index(
                fields=["clinic", "ended_at"],
                include=[
                    "state",
                    "kind",
                    "origin",
                    "done_by",
                    "minutes",
                    "planned_minutes",
                    "logged",
                    "part",
                    "patient",
                    "plan_step",
                ],
                condition=Q(ended_at__isnull=False),
                name="task_ended",
            ),
            models.Index(
                fields=["clinic", "ended_at"],
                include=["state", "kind", "done_by", "minutes", "sender"],
                condition=Q(origin="hospital", ended_at__isnull=False),
                name="task_from_hospital",
            ),
            models.Index(fields=["clinic", "opened_at"], include=["kind", "origin"], name="task_opened"),
            models.Index(
                fields=["clinic", "due_on"],
                include=["ended_at", "opened_at", "kind", "origin", "state", "hard", "plan_step"],
                name="task_due",
            ),
            models.Index(fields=["patient", "-ended_at"], include=["done_by"], name="task_by_patient"),
            models.Index(fields=["after"], condition=Q(after__isnull=False), name="task_by_preparation"),
            models.Index(
                fields=["leads_to"],
                condition=Q(leads_to__isnull=False, ended_at__isnull=True),
                name="task_leading",
            ),
            models.Index(fields=["opens_on"], condition=Q(state="scheduled"), name="task_to_open"),
            models.Index(fields=["clinic"], condition=Q(state="started"), name="task_started"),
        ]

    def __str__(self) -> str:
        return self.name
