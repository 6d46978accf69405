"""A municipality's clinics side by side: made once, when the week is closed, with what is too small left out."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, Municipality


class MunicipalLine(models.Model):
    """One figure of one clinic, or of all of them (`clinic` empty), in a municipality's week.

    `part` is the figure or, where there is a `whole`, a part of it. Both are empty where the cell is left out, and then
    the number is nowhere in this table: reports/suppression.py. Weeks' later editions change nothing here, since the
    difference between two editions would tell what was left out.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField(_("år"))
    week = models.PositiveSmallIntegerField(_("uke"))
    clinic = models.ForeignKey(Clinic, models.PROTECT, null=True, related_name="+", db_index=False)
    clinic_name = models.CharField(_("legekontor"), max_length=120, blank=True)
    figure = models.SlugField(_("tall"), max_length=30)
    part = models.PositiveIntegerField(null=True)
    whole = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("kommunetall")
        verbose_name_plural = _("kommunetall")
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "year", "week", "clinic", "figure"],
                name="municipal_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(part__isnull=False) | Q(whole__isnull=True), name="municipal_cell_left_out_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.year}-W{self.week:02d} {self.figure}"
