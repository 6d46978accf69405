"""What was changed of what we know of a patient, and which conditions a clinic follows beyond the usual."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.imports import ImportRun
from patients.models.people import Patient
from teams.models import Clinic, ClinicQuerySet, Member


class PatientChange(models.Model):
    """One correction: which field, from what to what, by whom or by which import. Append-only.

    `field` is a field of Patient, or `condition:T90`. `before` and `after` are text; a member's is the number.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="changes", db_constraint=False, db_index=False
    )
    field = models.CharField(_("hva"), max_length=40)
    before = models.CharField(_("fra"), max_length=200, blank=True)
    after = models.CharField(_("til"), max_length=200, blank=True)
    at = models.DateTimeField(_("når"))
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    run = models.ForeignKey(
        ImportRun,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    reason = models.CharField(_("hvorfor"), max_length=200, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("rettelse")
        verbose_name_plural = _("rettelser")
        indexes = [models.Index(fields=["patient", "-at"], name="change_latest")]

    def __str__(self) -> str:
        return self.field


class FollowedCode(models.Model):
    """A condition that this clinic follows though the common table has it not: imports keep it from then on."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    icpc2 = models.CharField(_("ICPC-2"), max_length=3)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("fulgt tilstand")
        verbose_name_plural = _("fulgte tilstander")
        constraints = [models.UniqueConstraint(fields=["clinic", "icpc2"], name="followed_code_once")]

    def __str__(self) -> str:
        return self.icpc2
