"""A clinic's closed week, and the pictures of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models import TaskKind
from teams.models import Clinic, ClinicQuerySet


class WeeklyReport(models.Model):
    """A clinic's closed ISO week. Definitions of every number: docs/numbers.md.

    A row never changes. What is set right afterwards makes a new `revision` of the week, and the old one stays.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="weekly_reports", db_index=False)
    year = models.PositiveSmallIntegerField(_("år"))
    week = models.PositiveSmallIntegerField(_("uke"))
    revision = models.PositiveSmallIntegerField(_("utgave"), default=1)
    closed_at = models.DateTimeField(_("lukket"))
    followups_due = models.PositiveIntegerField(_("oppfølginger som forfalt"))
    followups_in_time = models.PositiveIntegerField(_("oppfølginger gjort innen fristen"))
    overdue = models.PositiveIntegerField(_("forfalt ved ukeslutt"))
    overdue_7_days = models.PositiveIntegerField(_("av dem mer enn 7 dager"), default=0, db_default=0)
    overdue_14_days = models.PositiveIntegerField(_("av dem mer enn 14 dager"))
    overdue_28_days = models.PositiveIntegerField(_("av dem mer enn 28 dager"), default=0, db_default=0)
    hard_due = models.PositiveIntegerField(_("frister som ikke kan glippe"), default=0, db_default=0)
    hard_missed = models.PositiveIntegerField(_("av dem som glapp"), default=0, db_default=0)
    met_before = models.PositiveIntegerField(_("oppfølginger med en tidligere gang"), default=0, db_default=0)
    met_same = models.PositiveIntegerField(_("av dem hos den samme"), default=0, db_default=0)
    overrides = models.PositiveIntegerField(_("ganger fordelingen ble overstyrt"), default=0, db_default=0)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("ukesrapport")
        verbose_name_plural = _("ukesrapporter")
        ordering = ("-year", "-week", "-revision")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="report_in_clinic"),
            models.UniqueConstraint(
                fields=["clinic", "year", "week", "revision"], name="report_once_per_week"
            ),
            models.CheckConstraint(condition=Q(week__range=(1, 53)), name="report_week_iso"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-W{self.week:02d}"


class LookBack(models.Model):
    """When closed weeks were last looked at for what was told late: what was told before that has had its edition."""

    at = models.DateTimeField()

    class Meta:
        verbose_name = _("tilbakeblikk")
        verbose_name_plural = _("tilbakeblikk")

    def __str__(self) -> str:
        return f"{self.at}"


class Line(models.Model):
    """What stands under a report, and goes with it.

    Its clinic needs no foreign key of its own: the one on (clinic, report) says more (migrations/0002).
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    report = models.ForeignKey(
        WeeklyReport, models.CASCADE, related_name="%(class)ss", db_constraint=False, db_index=False
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        abstract = True


class KindLine(Line):
    """One about a kind of task. The tasks that it is a sum of have the key to the kind, and stay."""

    kind = models.ForeignKey(
        TaskKind,
        models.PROTECT,
        related_name="+",
        verbose_name=_("oppgavetype"),
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True


class ReportChart(Line):
    """A drawn chart (SVG) of a report, one for light and one for dark screens."""

    name = models.SlugField(max_length=40)
    dark = models.BooleanField()
    svg = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "name", "dark"], name="chart_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.name}"
