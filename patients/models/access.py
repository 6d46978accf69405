"""Who has looked."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.people import Patient
from teams.calendar import OSLO
from teams.models import Clinic, ClinicQuerySet, Member, User


class Ground(models.TextChoices):
    """On what ground somebody is shown a patient: what a patient reads in the log (pasientjournalloven §§ 16, 19, 22 a)."""

    FOLLOW_UP = "oppfølging", _("oppfølging")
    SHARING = "fordeling av arbeid", _("fordeling av arbeid")
    LIST = "vedlikehold av pasientlisten", _("vedlikehold av pasientlisten")
    CONTROL = "internkontroll", _("internkontroll")
    HAND_OUT = "innsyn for pasienten", _("innsyn for pasienten")
    BREAK_GLASS = "nødåpning", _("nødåpning")


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
        indexes = [
            models.Index(fields=["patient", "-at"], name="access_latest"),
            models.Index(fields=["clinic", "-at", "-id"], name="access_of_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.at.astimezone(OSLO):%d.%m.%Y %H:%M}"


class ListShown(models.Model):
    """One page, list, file or fragment that showed these patients together. One row however many. Append-only.

    `page` is the address's name (config/urls.py), `what` what it shows in words. `patients` is empty where a file held
    people who are no patients here yet.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    at = models.DateTimeField(_("når"))
    ground = models.CharField(_("grunnlag"), max_length=80, choices=Ground.choices)
    page = models.CharField(_("side"), max_length=60)
    what = models.CharField(_("hva"), max_length=120)
    patients = ArrayField(models.BigIntegerField())

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("vist liste")
        verbose_name_plural = _("viste lister")
        indexes = [
            models.Index(fields=["clinic", "-at", "-id"], name="shown_of_clinic"),
            models.Index(fields=["member", "-at"], name="shown_by_member"),
            GinIndex(fields=["patients"], name="shown_of_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.at.astimezone(OSLO):%d.%m.%Y %H:%M}"
