"""What a patient lives with: conditions that a programme follows, drugs, contacts."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.people import Patient
from teams.calendar import oslo_date
from teams.models import Clinic, ClinicQuerySet, Member


class ConditionQuerySet(ClinicQuerySet):
    def lived_with(self) -> Self:
        """What somebody has: not ended, and not struck out as a mistake."""
        return self.filter(ends_on__isnull=True, struck_at__isnull=True)


class Condition(models.Model):
    """A condition that a programme follows, as ICPC-2, with the sender's own code beside it."""

    # The patient's key carries the clinic (teams/walling.py): a second one would be checked for every row of an import.
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    patient = models.ForeignKey(
        Patient, models.CASCADE, related_name="conditions", db_constraint=False, db_index=False
    )
    icpc2 = models.CharField(_("ICPC-2"), max_length=3)
    source_system = models.CharField(max_length=120, blank=True)
    source_code = models.CharField(max_length=40, blank=True)
    source_text = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(_("fra"), null=True, blank=True)
    ends_on = models.DateField(_("til"), null=True, blank=True)
    struck_at = models.DateTimeField(
        _("strøket"),
        null=True,
        blank=True,
        help_text=_("Feilregistrert: regnes ikke, og kommer ikke tilbake med neste import."),
    )

    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("tilstand")
        verbose_name_plural = _("tilstander")
        constraints = [
            models.UniqueConstraint(fields=["patient", "icpc2"], name="condition_once_per_patient")
        ]
        indexes = [models.Index(fields=["clinic", "icpc2"], name="condition_by_code")]

    def __str__(self) -> str:
        return self.icpc2


class Medication(models.Model):
    """A drug the patient has or had; how many are in use is a reason for a medication review."""

    # The patient's key carries the clinic (teams/walling.py): a second one would be checked for every row of an import.
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    patient = models.ForeignKey(
        Patient, models.CASCADE, related_name="medications", db_constraint=False, db_index=False
    )
    source_system = models.CharField(max_length=120, blank=True)
    source_code = models.CharField(max_length=40)
    text = models.CharField(_("legemiddel"), max_length=200)
    starts_on = models.DateField(_("fra"), null=True, blank=True)
    ends_on = models.DateField(_("til"), null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("legemiddel")
        verbose_name_plural = _("legemidler")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "source_code", "starts_on"],
                name="medication_once_per_start",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.text


# HL7 v3 ActEncounterCode of a stay in hospital: what somebody is discharged from.
STAYS = ("IMP", "ACUTE", "NONAC")


class Encounter(models.Model):
    """A contact or stay that a sender told of: when, what class (HL7 ActCode), which department."""

    # The patient's key carries the clinic (teams/walling.py): a second one would be checked for every row of an import.
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    patient = models.ForeignKey(
        Patient, models.CASCADE, related_name="encounters", db_constraint=False, db_index=False
    )
    source_id = models.CharField(max_length=80)
    act_class = models.CharField(max_length=8, blank=True)
    department = models.CharField(_("avdeling"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("fra"))
    ends_at = models.DateTimeField(_("til"), null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("kontakt")
        verbose_name_plural = _("kontakter")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "source_id"], name="encounter_once"),
        ]
        indexes = [
            models.Index(fields=["patient", "-starts_at"], name="encounter_latest"),
            models.Index(
                fields=["ends_at"],
                condition=Q(act_class__in=STAYS, ends_at__isnull=False),
                name="encounter_discharged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act_class} {oslo_date(self.starts_at):%d.%m.%Y}"


class Discharge(models.Model):
    """Somebody came home from hospital: noted by hand, or from an imported stay. Opens follow-up (tasks)."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="discharges", db_constraint=False, db_index=False
    )
    encounter = models.OneToOneField(Encounter, models.PROTECT, null=True, blank=True, related_name="+")
    hospital = models.CharField(_("sykehus"), max_length=120, blank=True)
    department = models.CharField(_("avdeling"), max_length=120, blank=True)
    discharged_on = models.DateField(_("utskrevet"))
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(_("registrert"))
    mistaken = models.BooleanField(_("registrert ved en feil"), default=False, db_default=False)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("utskrivning")
        verbose_name_plural = _("utskrivninger")
        ordering = ("-discharged_on", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="discharge_in_clinic"),
            models.UniqueConstraint(
                fields=["patient", "discharged_on"], condition=Q(mistaken=False), name="discharge_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.discharged_on:%d.%m.%Y}"
