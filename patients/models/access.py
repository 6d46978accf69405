"""Who has looked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.people import Patient
from teams.models import Clinic, ClinicQuerySet, Member, User


class PatientAccess(models.Model):
    """Who was shown what of whom, when and on what ground (pasientjournalloven § 22 a). Append-only."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="accesses", db_constraint=False, db_index=False
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("når"))
    ground = models.CharField(_("grunnlag"), max_length=80)
    what = models.CharField(_("hva"), max_length=120)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("innsyn")
        verbose_name_plural = _("innsyn")
        indexes = [models.Index(fields=["patient", "-at"], name="access_latest")]

    def __str__(self) -> str:
        return f"{self.at:%d.%m.%Y %H:%M}"
