"""The catalogue of task kinds, and whom a doctor has delegated them to."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, ClinicQuerySet, Member


class Certainty(models.TextChoices):
    """How well founded a default is (DOMAIN: [S], [M], [D]). Shown wherever the default shows."""

    SOURCED = "sourced", _("fra kilde")
    GENERAL = "general", _("allmennkunnskap")
    DERIVED = "derived", _("vårt forslag")


class Nature(models.TextChoices):
    CLINICAL = "clinical", _("klinisk")
    ADMINISTRATIVE = "administrative", _("ikke-klinisk")
    MIXED = "mixed", _("administrativt med legefaglig innhold")


class Origin(models.TextChoices):
    """Where work comes from (DOMAIN §5.3)."""

    PATIENT = "patient", _("pasient")
    HOSPITAL = "hospital", _("sykehus")
    MUNICIPALITY = "municipality", _("kommune")
    NAV = "nav", _("NAV")
    PLAN = "plan", _("oppfølgingsplan")
    INTERNAL = "internal", _("internt")
    OTHER = "other", _("annet")


class TaskKind(models.Model):
    """The catalogue (DOMAIN §5.3): what a task is, who may do it, how long it usually takes.

    `professions` may do it under helsepersonelloven § 5; `delegable_to` may when a doctor has delegated it
    to them in person (`Delegation`); `preparable_by` may prepare what a doctor then decides. A kind with a
    `return_rule` (H1–H6, § 35) should go back to its sender or may be declined.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(_("navn"), max_length=80)
    nature = models.CharField(_("art"), max_length=16, choices=Nature.choices)
    professions = ArrayField(models.CharField(max_length=16), verbose_name=_("kan gjøres av"), default=list)
    delegable_to = ArrayField(
        models.CharField(max_length=16), verbose_name=_("kan delegeres til"), default=list, blank=True
    )
    preparable_by = ArrayField(
        models.CharField(max_length=16), verbose_name=_("kan forberedes av"), default=list, blank=True
    )
    minutes = models.JSONField(_("minutter per yrke"), default=dict)
    prepare_minutes = models.PositiveSmallIntegerField(_("minutter til forberedelse"), default=0)
    decide_minutes = models.PositiveSmallIntegerField(
        _("legens egne minutter"), default=0, help_text=_("Det bare legen kan gjøre når andre har forberedt.")
    )
    paired = models.BooleanField(
        _("deles i forberedelse og signering"),
        default=False,
        help_text=_("Når noen av dem som kan, jobber her."),
    )
    by_appointment = models.BooleanField(
        _("går på timeboken"),
        default=False,
        help_text=_("Det som føres i ettertid, tar ikke av tiden til oppgaver."),
    )
    channels = ArrayField(
        models.CharField(max_length=9), verbose_name=_("kanaler å velge mellom"), default=list, blank=True
    )
    return_rule = models.CharField(_("regel for retur"), max_length=8, blank=True)
    channel = models.CharField(_("kanal"), max_length=40, blank=True)
    origin = models.CharField(_("vanlig opphav"), max_length=16, choices=Origin.choices)
    certainty = models.CharField(_("sikkerhet"), max_length=8, choices=Certainty.choices)
    rule = models.CharField(_("hjemmel"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("oppgavetype")
        verbose_name_plural = _("oppgavetyper")
        ordering = ("position",)

    def __str__(self) -> str:
        return self.name

    def minutes_for(self, profession: str) -> int:
        """Planning default for this profession, else for the lowest profession that has one."""
        return int(self.minutes.get(profession) or next(iter(self.minutes.values()), 10))


class DelegationQuerySet(ClinicQuerySet):
    def in_force(self, day: dt.date) -> Self:
        return self.filter(
            Q(signed_at__isnull=False),
            Q(ends_on__isnull=True) | Q(ends_on__gte=day),
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
            starts_on__lte=day,
        )


class Delegation(models.Model):
    """A doctor's personal, dated delegation of one kind of task to one member (DOMAIN §1.5).

    Counts for that doctor's listed patients only, from when the doctor has signed it: until then it is a draft
    that anybody may have written. A new text is a new row with the next `version`, which `replaces` the old one.
    There is no clinic-wide switch, on purpose.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    doctor = models.ForeignKey(Member, models.PROTECT, related_name="delegations_given", db_constraint=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="delegations", db_constraint=False)
    kind = models.ForeignKey(TaskKind, models.PROTECT, related_name="+", db_index=False)
    instruction = models.TextField(_("skriftlig instruks"))
    starts_on = models.DateField(_("fra"))
    ends_on = models.DateField(_("til og med"), null=True, blank=True)
    revoked_on = models.DateField(_("trukket tilbake"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    revoke_reason = models.CharField(_("hvorfor"), max_length=300, blank=True, default="", db_default="")
    version = models.PositiveSmallIntegerField(_("utgave"), default=1, db_default=1)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    drafted_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    signed_at = models.DateTimeField(_("signert"), null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegering")
        verbose_name_plural = _("delegeringer")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="delegation_in_clinic"),
            models.CheckConstraint(condition=~Q(doctor=F("member")), name="delegation_to_another"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.doctor_id} → {self.member_id}: {self.kind_id}"
