"""Who works here.

A member's *profession* says what they may do; their *access* says what they may see and change
(teams/permissions.py). A `User` logs in; a `Member` is a place in one clinic and may have no login.
Every table with clinic data carries `clinic` itself, so that one policy per table walls it off
(teams/wall.py), and the database keeps a row's relations inside its own clinic.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Profession(models.TextChoices):
    """What somebody may do by law and training. Order is the level of care, lowest first."""

    SECRETARY = "secretary", _("helsesekretær")
    BIOENGINEER = "bioengineer", _("bioingeniør")
    NURSE = "nurse", _("sykepleier")
    PHYSIOTHERAPIST = "physiotherapist", _("fysioterapeut")
    PSYCHOLOGIST = "psychologist", _("psykolog")
    DOCTOR = "doctor", _("lege")


class Access(models.TextChoices):
    """What somebody may see and change; what each gives stands in teams/permissions.py."""

    STAFF = "staff", _("medarbeider")
    LEADER = "leader", _("teamleder")
    MANAGER = "manager", _("daglig leder")
    ADMINISTRATOR = "administrator", _("administrator")


class Training(models.TextChoices):
    """Doctors on their way: members with their own, smaller capacity, and somebody who supervises them."""

    LIS1 = "lis1", _("LIS1-lege")
    ALIS = "alis", _("ALIS-lege")


class Municipality(models.Model):
    """A municipality (kommune) that answers for the clinics in it."""

    number = models.CharField(_("kommunenummer"), max_length=4, unique=True)
    name = models.CharField(_("navn"), max_length=80)

    class Meta:
        verbose_name = _("kommune")
        verbose_name_plural = _("kommuner")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """Somebody who can log in. What they may see hangs on their places (`Member`), never on this row."""

    class Meta:
        verbose_name = _("bruker")
        verbose_name_plural = _("brukere")


class MunicipalLead(models.Model):
    """Somebody who answers for a municipality's clinics: sees their sums, and neither a patient nor a colleague.

    Given by whoever runs Fordel (`bin/manage municipal_lead`), never by a clinic.
    """

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="leads", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="leads")
    since = models.DateField(_("fra"))

    class Meta:
        verbose_name = _("kommuneleder")
        verbose_name_plural = _("kommuneledere")
        constraints = [models.UniqueConstraint(fields=["municipality", "user"], name="municipal_lead_once")]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.user_id}"


class Clinic(models.Model):
    """A GP clinic (legekontor): the wall that no row crosses."""

    slug = models.SlugField(_("kortnavn"), unique=True)
    name = models.CharField(_("navn"), max_length=120)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="clinics", verbose_name=_("kommune")
    )
    person_reports = models.BooleanField(
        _("rapport per person"),
        default=False,
        help_text=_("Personopplysninger om ansatte: drøftes med dem før det slås på."),
    )
    started_on = models.DateField(_("tatt i bruk"))

    class Meta:
        verbose_name = _("legekontor")
        verbose_name_plural = _("legekontor")

    def __str__(self) -> str:
        return self.name


class ClinicQuerySet(models.QuerySet[Any]):
    """Rows of one clinic. The first wall, in code; row-level security is the second (teams/wall.py)."""

    def visible_to(self, member: Member) -> Self:
        """The rows of the member's own clinic. Every view starts here."""
        return self.filter(clinic_id=member.clinic_id)


class MemberQuerySet(ClinicQuerySet):
    def employed_on(self, day: dt.date) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)

    def let_in_on(self, day: dt.date) -> Self:
        """Employed, with a login and an access that is approved: what `places_of` asks of each request."""
        return self.employed_on(day).filter(access_until__gte=day, user__is_active=True)


class Member(models.Model):
    """Somebody's place in one clinic: who they are here, from when to when."""

    clinic = models.ForeignKey(
        Clinic, models.PROTECT, related_name="members", verbose_name=_("legekontor"), db_index=False
    )
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="places", verbose_name=_("bruker")
    )
    name = models.CharField(_("navn"), max_length=120)
    profession = models.CharField(_("yrke"), max_length=16, choices=Profession.choices, blank=True)
    access = models.CharField(_("tilgang"), max_length=16, choices=Access.choices, default=Access.STAFF)
    training = models.CharField(
        _("utdanningsstilling"), max_length=4, choices=Training.choices, blank=True, default="", db_default=""
    )
    supervisor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supervises",
        db_constraint=False,
        db_index=False,
        verbose_name=_("veileder"),
    )
    list_cap = models.PositiveSmallIntegerField(
        _("listetak"),
        null=True,
        blank=True,
        help_text=_("Hvor mange pasienter legen har avtalt å ha på listen."),
    )
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"), null=True, blank=True)
    # What the latest `AccessApproval` says; the database writes it from there. None: no access at all.
    access_until = models.DateField(_("tilgang til og med"), null=True, blank=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("medarbeider")
        verbose_name_plural = _("medarbeidere")
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="member_in_clinic"),
            models.UniqueConstraint(fields=["clinic", "user"], name="member_one_place_per_user"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="member_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(profession__in=["", *Profession.values]), name="member_profession_known"
            ),
            models.CheckConstraint(condition=Q(access__in=Access.values), name="member_access_known"),
            models.CheckConstraint(
                condition=Q(training="") | Q(training__in=Training.values, profession="doctor"),
                name="member_training_of_a_doctor",
            ),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("id")),
                name="member_supervised_by_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_let_in(self, day: dt.date) -> bool:
        """Employed on the day, with an access that is approved for it."""
        employed = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return employed and self.access_until is not None and day <= self.access_until

    @property
    def is_doctor(self) -> bool:
        return self.profession == Profession.DOCTOR
