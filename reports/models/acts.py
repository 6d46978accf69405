"""What people do with closed weeks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.weeks import WeeklyReport
from tasks.models import TaskKind
from teams.models import Clinic, ClinicQuerySet, Member


class NumberOpened(models.Model):
    """Somebody looked at the tasks behind a number of a closed week. Append-only."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    report = models.ForeignKey(WeeklyReport, models.PROTECT, related_name="openings", db_constraint=False)
    what = models.SlugField(_("tall"), max_length=20)
    kind = models.ForeignKey(
        TaskKind, models.PROTECT, null=True, related_name="+", verbose_name=_("oppgavetype"), db_index=False
    )
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("åpnet"))
    tasks = models.PositiveIntegerField(_("oppgaver"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("åpnet tall")
        verbose_name_plural = _("åpnede tall")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.report_id} {self.what}"
