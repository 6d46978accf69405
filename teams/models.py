"""Who works here, and when.

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
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"), null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_doctor(self) -> bool:
        return self.profession == Profession.DOCTOR


class WorkingHours(models.Model):
    """Minutes at work on one weekday, and how many of them are booked for other things than tasks.

    `booked_minutes` are the doctor's appointment book, municipal work, teaching: what is left is the
    day's capacity for tasks. Dated, so that a change of hours does not rewrite last month's capacity.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        related_name="working_hours",
        db_constraint=False,
        verbose_name=_("medarbeider"),
        db_index=False,
    )
    weekday = models.PositiveSmallIntegerField(_("ukedag"), help_text=_("1 er mandag, 7 er søndag"))
    minutes = models.PositiveSmallIntegerField(_("minutter på jobb"))
    booked_minutes = models.PositiveSmallIntegerField(_("minutter til annet"), default=0)
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"), null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("arbeidstid")
        verbose_name_plural = _("arbeidstider")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "weekday", "starts_on"], name="hours_one_row_per_start"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="hours_weekday_iso"),
            models.CheckConstraint(
                condition=Q(minutes__lte=24 * 60) & Q(booked_minutes__lte=F("minutes")),
                name="hours_booked_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.weekday}: {self.minutes} min"


class AbsenceReason(models.TextChoices):
    HOLIDAY = "holiday", _("ferie")
    SICK = "sick", _("sykefravær")
    COURSE = "course", _("kurs")
    LEAVE = "leave", _("permisjon")


class Absence(models.Model):
    """Somebody is away, whole days, from and including `starts_on` to and including `ends_on`."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="absences", db_constraint=False, verbose_name=_("medarbeider")
    )
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"))
    reason = models.CharField(_("årsak"), max_length=16, choices=AbsenceReason.choices)
    cover = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        db_constraint=False,
        verbose_name=_("stedfortreder"),
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("fravær")
        verbose_name_plural = _("fravær")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(cover__isnull=True) | ~Q(cover=F("member")), name="absence_cover_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.starts_on:%d.%m.%Y}–{self.ends_on:%d.%m.%Y}"


class Overtime(models.Model):
    """Extra minutes that a leader allowed a member on one day: the sharing out may use them.

    Capacity in reports stays the ordinary one. Allowed again for the same day, the latest word stands;
    nought minutes take it back.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="overtime", db_constraint=False, db_index=False,
        verbose_name=_("medarbeider"),
    )  # fmt: skip
    day = models.DateField(_("dag"))
    minutes = models.PositiveSmallIntegerField(_("minutter"))
    reason = models.CharField(_("grunn"), max_length=300)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("tillatt"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("overtid")
        verbose_name_plural = _("overtid")
        constraints = [
            models.UniqueConstraint(fields=["member", "day"], name="overtime_once_a_day"),
            models.CheckConstraint(condition=Q(minutes__lte=12 * 60), name="overtime_within_reason"),
        ]
        indexes = [models.Index(fields=["day", "clinic"], name="overtime_by_day")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day:%d.%m.%Y}: {self.minutes} min"
