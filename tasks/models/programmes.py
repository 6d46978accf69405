"""Programmes with their steps and versions."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
    on_discharge = models.BooleanField(
        _("starter ved utskrivning"), default=False, db_default=False, help_text=_("Én plan per utskrivning.")
    )
    state = models.CharField(_("status"), max_length=8, choices=State.choices, default=State.PROPOSED)
    version = models.PositiveSmallIntegerField(_("versjon"), default=1)
    approved_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    approved_at = models.DateTimeField(_("godkjent"), null=True, blank=True)
    source = models.CharField(_("kilde"), max_length=200, blank=True)
    certainty = models.CharField(_("sikkerhet"), max_length=8, choices=Certainty.choices)
    draft = models.JSONField(
        null=True,
        blank=True,
        help_text="The next version, until a doctor approves it (tasks/programme_text.py).",
    )
    drafted_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    drafted_at = models.DateTimeField(_("endret"), null=True, blank=True)

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


class ProgrammeVersion(models.Model):
    """What a doctor approved, word for word, and when. Append-only."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="versions", db_constraint=False, db_index=False
    )
    version = models.PositiveSmallIntegerField(_("versjon"))
    content = models.JSONField()
    approved_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    approved_at = models.DateTimeField(_("godkjent"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("programversjon")
        verbose_name_plural = _("programversjoner")
        ordering = ("-version",)
        constraints = [models.UniqueConstraint(fields=["programme", "version"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.version}"


class Rule(models.TextChoices):
    """From when the next time is counted (tasks/recurrence.py)."""

    INTERVAL = "interval", _("regnes fra sist utført")
    CALENDAR_YEAR = "year", _("én gang hvert kalenderår")
    ONCE = "once", _("én gang")


class Shares(models.TextChoices):
    """What it shares a visit with, when the patient is due for more than one thing within thirty days."""

    VISIT = "visit", _("kan slås sammen med andre besøk")
    BLOODS = "bloods", _("kan slås sammen med andre prøver")
    ALONE = "", _("står for seg selv")


class Step(models.Model):
    """One recurring thing in a programme: every `interval_months` (or days), in a window around due.

    A step that `leads_to` another is done `lead_days` before each of its occasions (bloods a week before the
    check-up) and has no rhythm of its own.
    """

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
    rule = models.CharField(
        _("regel"), max_length=8, choices=Rule.choices, default=Rule.INTERVAL, db_default="interval"
    )
    shares = models.CharField(
        _("deler besøk"), max_length=6, choices=Shares.choices, blank=True, default="", db_default=""
    )
    leads_to = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_by",
        db_constraint=False,
        db_index=False,
    )
    lead_days = models.PositiveSmallIntegerField(_("dager før"), default=0, db_default=0)
    retired = models.BooleanField(
        _("tatt ut"),
        default=False,
        db_default=False,
        help_text="Of an earlier version; its occasions are silent.",
    )
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
                condition=Q(interval_months__gt=0) | Q(interval_days__gt=0) | Q(leads_to__isnull=False),
                name="step_has_an_interval",
            ),
            models.CheckConstraint(
                condition=~Q(rule="year") | Q(interval_months=12, interval_days=0), name="step_year_is_a_year"
            ),
        ]

    def __str__(self) -> str:
        return self.name
