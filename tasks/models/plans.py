"""Programmes with their steps, and each patient's plan in them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.models.catalogue import Certainty, TaskKind
from teams.models import Clinic, ClinicQuerySet, Member


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
