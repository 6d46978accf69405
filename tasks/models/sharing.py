"""Each sharing out: what it was asked for, how good it was, and every task that it gave somebody or somewhen else."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models.task import Task
from teams.models import Absence, Clinic, ClinicQuerySet, Member


class RunState(models.TextChoices):
    """Where a sharing out stands: a night's is applied at once, a leader's is proposed first."""

    WAITING = "waiting", _("venter")
    RUNNING = "running", _("regner")
    PROPOSED = "proposed", _("foreslått")
    APPLIED = "applied", _("tatt i bruk")
    DISCARDED = "discarded", _("forkastet")
    UNDONE = "undone", _("angret")
    FAILED = "failed", _("mislykket")


class Cause(models.TextChoices):
    """Why it was done."""

    NIGHT = "night", _("natten")
    ASKED = "asked", _("bedt om")
    ABSENCE = "absence", _("fravær")
    DELEGATION = "delegation", _("delegering")
    ENDED = "ended", _("noen har sluttet")
    URGENT = "urgent", _("hasteoppgave")


DECIDED = (RunState.APPLIED, RunState.DISCARDED, RunState.UNDONE)


class AllocationRunQuerySet(ClinicQuerySet):
    def unfinished(self) -> AllocationRunQuerySet:
        """Asked for, and not computed yet."""
        return self.filter(state__in=[RunState.WAITING, RunState.RUNNING])

    def decided_after(self, run: AllocationRun) -> AllocationRunQuerySet:
        """Those of its clinic that were decided on later, by their ids where those tell, since clocks may be set.

        Proposals take the place of one another, and a night is decided as it runs: of two of a kind the one begun
        last was decided last. Only a proposal that a night went past may have been decided before it or after.
        """
        begun_after, by_the_clock = Q(pk__gt=run.pk), Q(decided_at__gte=run.decided_at)
        proposals = Q(asked_by__isnull=False)
        if run.asked_by_id is not None:
            return self.filter(begun_after & (proposals | by_the_clock)).exclude(pk=run.pk)
        return self.filter(begun_after | (proposals & by_the_clock)).exclude(pk=run.pk)


class AllocationRun(models.Model):
    """One sharing out for one clinic: how many got somebody, how many nobody, and how near the best possible.

    `levels` are the objective's five sums, `bound` the least that any plan could cost and `gap` how far above it
    this one is (0.01: one per cent); empty when it failed. `loads` are minutes per member and day before and
    after: {"days": [ISO date], "members": [{"id", "capacity": [int], "before": [int], "after": [int]}]};
    `left` are the tasks that nobody got: [[task id, obstacle]]. `reference` finds the error in the log.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(_("status"), max_length=10, choices=RunState.choices, default=RunState.WAITING)
    cause = models.CharField(_("årsak"), max_length=10, choices=Cause.choices)
    calm = models.BooleanField(_("bare det som må flyttes"), default=False)
    asked_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    absence = models.ForeignKey(
        Absence,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="The absence that it makes up for, if one.",
    )
    ran_at = models.DateTimeField()
    first_day = models.DateField()
    placed = models.PositiveIntegerField(default=0)
    unplaced = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0, help_text="How many tasks change hands.")
    levels: models.JSONField[Any, Any] = models.JSONField(default=list)
    bound = models.BigIntegerField(null=True)
    gap = models.FloatField(null=True)
    seconds = models.FloatField(null=True)
    stopped_early = models.BooleanField(default=False)
    reference = models.CharField(max_length=16, blank=True)
    # How often it was begun: a clinic that takes its worker down with it is not tried for ever.
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    decided_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    loads: models.JSONField[Any, Any] = models.JSONField(default=dict)
    left: models.JSONField[Any, Any] = models.JSONField(default=list)

    objects = AllocationRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("fordeling")
        verbose_name_plural = _("fordelinger")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="run_in_clinic"),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False)
                | (~Q(state="undone") & Q(undone_at__isnull=True)),
                name="run_undone_at_iff_undone",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(decided_at__isnull=False),
                name="run_decided_at_if_decided",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") | Q(reference=""), name="run_reference_only_if_failed"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "-ran_at"], name="allocationrun_latest"),
            models.Index(
                fields=["undone_at"], condition=Q(undone_at__isnull=False), name="allocationrun_undone"
            ),
            models.Index(
                fields=["ran_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="allocationrun_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.first_day:%d.%m.%Y} {self.state}"


class AllocationChange(models.Model):
    """One task that a sharing out gives somebody else, another day, or nobody. `version` is the one it was read in.

    `applied` is true as long as it is in force: false before it is applied, and again when it is undone.
    Kept for some weeks, to look at and to undo; the story of the task itself is in `TaskEvent` for good.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    run = models.ForeignKey(
        AllocationRun, models.CASCADE, related_name="changes", db_constraint=False, db_index=False
    )
    task = models.ForeignKey(Task, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    version = models.PositiveIntegerField()
    from_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    from_day = models.DateField(null=True)
    from_why: models.JSONField[Any, Any] = models.JSONField(default=dict)
    from_minutes = models.PositiveSmallIntegerField()
    to_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    to_day = models.DateField(null=True)
    to_why: models.JSONField[Any, Any] = models.JSONField(default=dict)
    to_minutes = models.PositiveSmallIntegerField()
    applied = models.BooleanField(default=False)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("endring i en fordeling")
        verbose_name_plural = _("endringer i fordelinger")
        constraints = [models.UniqueConstraint(fields=["run", "task"], name="change_once_per_run")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.task_id}"
