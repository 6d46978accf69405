"""What a clinic knows of the base grant's rates, beside the published ones (reports/data/list_size.toml)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, ClinicQuerySet, Member


class GrantRate(models.Model):
    """Kroner a year for each list patient up to the step and above it, from that day; instead of a published one of that day."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    begins = models.DateField(_("fra"))
    below = models.PositiveIntegerField(_("til og med 1 000"))
    above = models.PositiveIntegerField(_("over 1 000"))
    source = models.CharField(_("kilde"), max_length=120)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("skrevet"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("tilskuddssats")
        verbose_name_plural = _("tilskuddssatser")
        ordering = ("begins",)
        constraints = [models.UniqueConstraint(fields=["clinic", "begins"], name="one_grant_rate_a_day")]

    def __str__(self) -> str:
        return f"{self.begins}"
