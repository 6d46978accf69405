"""What the weeks add up to: rows written once, when a week closes, without any patient.

A line's clinic needs no foreign key of its own: the one on (clinic, report) says more (migrations/0002).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models import Origin, TaskKind
from teams.models import Clinic, ClinicQuerySet, Member, Profession


class WeeklyReport(models.Model):
    """A clinic's closed ISO week. Definitions of every number: docs/numbers.md."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="weekly_reports", db_index=False)
    year = models.PositiveSmallIntegerField(_("år"))
    week = models.PositiveSmallIntegerField(_("uke"))
    revision = models.PositiveSmallIntegerField(_("utgave"), default=1)
    closed_at = models.DateTimeField(_("lukket"))
    followups_due = models.PositiveIntegerField(_("oppfølginger som forfalt"))
    followups_in_time = models.PositiveIntegerField(_("oppfølginger gjort innen fristen"))
    overdue = models.PositiveIntegerField(_("forfalt ved ukeslutt"))
    overdue_14_days = models.PositiveIntegerField(_("forfalt mer enn 14 dager ved ukeslutt"))
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


class CapacityLine(models.Model):
    """One profession's, or one member's, minutes for tasks that week, and what became of them.

    `member` is empty on the profession's own line, and set on lines per person, which are written only
    where the clinic has switched them on.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    report = models.ForeignKey(
        WeeklyReport, models.CASCADE, related_name="capacity_lines", db_constraint=False, db_index=False
    )
    profession = models.CharField(_("yrke"), max_length=16, choices=Profession.choices)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    capacity_minutes = models.PositiveIntegerField(_("kapasitet"))
    done = models.PositiveIntegerField(_("utført"))
    done_minutes = models.PositiveIntegerField(_("minutter utført"))
    logged_minutes = models.PositiveIntegerField(_("av dette ikke planlagt"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report", "profession", "member"], name="capacity_line_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.profession}"


class WorkLine(models.Model):
    """One kind from one origin, done by one profession (empty: nobody's yet, only opened or overdue)."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    report = models.ForeignKey(
        WeeklyReport, models.CASCADE, related_name="work_lines", db_constraint=False, db_index=False
    )
    profession = models.CharField(_("yrke"), max_length=16, choices=Profession.choices, blank=True)
    kind = models.ForeignKey(
        TaskKind, models.PROTECT, related_name="+", verbose_name=_("oppgavetype"), db_index=False
    )
    origin = models.CharField(_("opphav"), max_length=16, choices=Origin.choices)
    opened = models.PositiveIntegerField(_("åpnet"), default=0)
    done = models.PositiveIntegerField(_("utført"), default=0)
    done_minutes = models.PositiveIntegerField(_("minutter utført"), default=0)
    ended_undone = models.PositiveIntegerField(_("avsluttet uten å være gjort"), default=0)
    returned = models.PositiveIntegerField(
        _("returnert eller avslått"), default=0, db_default=0, help_text=_("Av dem som ikke ble gjort.")
    )
    overdue = models.PositiveIntegerField(_("forfalt ved ukeslutt"), default=0)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "profession", "kind", "origin"], name="work_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.profession} {self.kind_id}"


class Bucket(models.TextChoices):
    """DOMAIN §5.3. A doctor's minute is in at most one; legally doctor-only minutes are in none."""

    MOVABLE = "movable", _("kan flyttes nå")
    PREPARABLE = "preparable", _("kan forberedes av andre")
    RETURNABLE = "returnable", _("skal tilbake eller kan avslås")


class MovableLine(models.Model):
    """Doctors' minutes that others could have had, by kind, origin and bucket, with the rule behind."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    report = models.ForeignKey(
        WeeklyReport, models.CASCADE, related_name="movable_lines", db_constraint=False, db_index=False
    )
    bucket = models.CharField(_("gruppe"), max_length=10, choices=Bucket.choices)
    kind = models.ForeignKey(
        TaskKind, models.PROTECT, related_name="+", verbose_name=_("oppgavetype"), db_index=False
    )
    origin = models.CharField(_("opphav"), max_length=16, choices=Origin.choices)
    occasions = models.PositiveIntegerField(_("ganger"))
    doctor_minutes = models.PositiveIntegerField(_("legens minutter i alt"))
    minutes = models.PositiveIntegerField(_("minutter som kan flyttes"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "bucket", "kind", "origin"], name="movable_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.bucket} {self.kind_id}"


class ReportChart(models.Model):
    """A drawn chart (SVG) of a report, one for light and one for dark screens."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    report = models.ForeignKey(
        WeeklyReport, models.CASCADE, related_name="charts", db_constraint=False, db_index=False
    )
    name = models.SlugField(max_length=40)
    dark = models.BooleanField()
    svg = models.TextField()

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "name", "dark"], name="chart_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.name}"
