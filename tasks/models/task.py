"""One piece of work, and where it stands."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.models.catalogue import Origin, TaskKind
from tasks.models.plans import PlanStep
from teams.models import Clinic, ClinicQuerySet, Member


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
            models.CheckConstraint(
                condition=Q(pinned=False) | Q(assignee__isnull=False), name="task_pinned_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(pinned_day=False) | Q(pinned=True, planned_on__isnull=False),
                name="task_pinned_day_has_a_day",
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
