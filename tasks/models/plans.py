"""Each patient's plan in a programme, and where it stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from patients.models import Discharge, Patient
from tasks.models.programmes import Programme, Step
from teams.models import Clinic, ClinicQuerySet, Member


class FollowUpPlan(models.Model):
    """A patient in a programme."""

    class State(models.TextChoices):
        ACTIVE = "active", _("i gang")
        STOPPED = "stopped", _("stanset")
        DECLINED = "declined", _("takket nei")
        FINISHED = "finished", _("fullført")

    class EndedAs(models.TextChoices):
        """Why a plan runs no more. What nobody decided about the patient leaves them without follow-up (LACKING)."""

        RUNNING = "", _("i gang")
        PERSON = "person", _("bestemt for pasienten")
        DONE = "done", _("fullført")
        GONE = "gone", _("død, ute av listen eller på institusjon")
        PROGRAMME = "set", _("gjaldt ikke pasienten: programmet, eller en oppstart som ble angret")

    LACKING = (EndedAs.GONE, EndedAs.PROGRAMME)

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="plans", db_constraint=False, db_index=False
    )
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="plans", db_constraint=False)
    state = models.CharField(_("status"), max_length=8, choices=State.choices, default=State.ACTIVE)
    starts_on = models.DateField(_("fra"))
    ended_on = models.DateField(_("til"), null=True, blank=True)
    end_reason = models.CharField(_("årsak"), max_length=120, blank=True)
    ended_as = models.CharField(
        _("hvorfor den endte"), max_length=6, choices=EndedAs.choices, blank=True, default="", db_default=""
    )
    discharge = models.ForeignKey(
        Discharge,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("oppfølgingsplan")
        verbose_name_plural = _("oppfølgingsplaner")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="plan_in_clinic"),
            models.UniqueConstraint(
                fields=["patient", "programme", "discharge"],
                name="plan_once_per_patient",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_on__isnull=True)
                | (~Q(state="active") & Q(ended_on__isnull=False)),
                name="plan_ended_on_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(state="active", ended_as="")
                | Q(state="declined", ended_as="person")
                | Q(state="finished", ended_as__in=["done", "set"])
                | Q(state="stopped", ended_as__in=["person", "gone", "set"]),
                name="plan_ended_as_tells_why",
            ),
        ]
        indexes = [
            models.Index(fields=["patient"], condition=Q(state="active"), name="plan_running"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.programme_id}"


class PlanVerb(models.TextChoices):
    START = "start", _("startet")
    DECLINE = "decline", _("takket nei")
    STOP = "stop", _("stanset")
    RESUME = "resume", _("startet igjen")
    INTERVAL = "interval", _("eget intervall")
    FINISH = "finish", _("fullført")


class PlanEvent(models.Model):
    """One change of a plan: by whom, when, why. Append-only. `step` when it is about one step's interval."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(
        FollowUpPlan, models.PROTECT, related_name="events", db_constraint=False, db_index=False
    )
    step = models.ForeignKey(
        Step, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    verb = models.CharField(_("hva"), max_length=8, choices=PlanVerb.choices)
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(_("når"))
    reason = models.CharField(_("hvorfor"), max_length=200, blank=True, default="", db_default="")
    after = models.JSONField(default=dict, db_default={})

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("planhendelse")
        verbose_name_plural = _("planhendelser")
        indexes = [models.Index(fields=["plan", "-at"], name="planevent_latest")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.verb}"


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
    interval_months = models.PositiveSmallIntegerField(
        _("egne måneder mellom"),
        null=True,
        blank=True,
        help_text=_("Avvik fra programmet for denne pasienten."),
    )
    interval_days = models.PositiveSmallIntegerField(_("egne dager mellom"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(interval_months__isnull=True, interval_days__isnull=True)
                | Q(interval_months__gt=0, interval_days__isnull=False)
                | Q(interval_months__isnull=False, interval_days__gt=0),
                name="planstep_own_interval_whole",
            ),
        ]
        # Of one day few open. So that the planner knows, the index is of the day of what waits, and a statistics object
        # (migration 0020) of the same: of each column alone, a tenth of all plans seem to open every night.
        indexes = [
            models.Index(
                Case(When(waiting=True, then="opens_on")), condition=Q(waiting=True), name="planstep_opening"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.step_id} {self.due_on:%d.%m.%Y}"
