"""Whom a patient does not want to see what is written of them, and who has looked all the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.models.people import Patient
from teams.calendar import OSLO, oslo_date
from teams.models import Clinic, ClinicQuerySet, Member, User


class BlockQuerySet(ClinicQuerySet):
    def in_force(self) -> Self:
        """A block holds from when it is registered: none is registered for later."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))

    def against(self, patient_id: int | None, member_ids: Iterable[int]) -> frozenset[int]:
        """Those of the members whom the patient has blocked. One query; none for a task about no patient."""
        if patient_id is None:
            return frozenset()
        blocks = list(self.in_force().filter(patient=patient_id))
        return frozenset(pk for pk in member_ids if any(block.stands_against(pk) for block in blocks))


class Block(models.Model):
    """A patient's reservation (pasientjournalloven § 17, pasient- og brukerrettighetsloven § 5-3).

    Named members see nothing of the patient; or, with `all_but`, nobody but them does. Only when it ends, and who ended
    it, is ever written afterwards: another wish is another block.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="blocks", db_constraint=False)
    all_but = models.BooleanField(_("alle unntatt"), default=False)
    members = ArrayField(models.BigIntegerField(), verbose_name=_("medarbeidere"))
    starts_at = models.DateTimeField(_("fra"))
    ends_at = models.DateTimeField(_("til"), null=True, blank=True)
    note = models.CharField(_("hvordan ønsket kom"), max_length=300)
    registered_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    registered_at = models.DateTimeField(_("registrert"))
    ended_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("sperring")
        verbose_name_plural = _("sperringer")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="block_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=Q(members__len__gte=1), name="block_names_somebody"),
        ]
        indexes = [models.Index(fields=["clinic", "patient"], name="block_of_clinic")]

    def __str__(self) -> str:
        return f"{oslo_date(self.starts_at):%d.%m.%Y}"

    def stands_against(self, member_id: int) -> bool:
        return (member_id in self.members) != self.all_but


class BreakGlass(models.Model):
    """Somebody whom a patient has blocked opened the patient all the same, for a while and for a reason. Append-only."""

    class Why(models.TextChoices):
        EMERGENCY = "emergency", _("øyeblikkelig hjelp")
        SAFETY = "safety", _("fare for liv eller alvorlig skade")
        PATIENT = "patient", _("pasienten ber om det nå")
        DUTY = "duty", _("lovbestemt plikt")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("når"))
    until = models.DateTimeField(_("til"))
    why = models.CharField(_("grunn"), max_length=12, choices=Why.choices)
    reason = models.CharField(_("begrunnelse"), max_length=500)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("nødåpning")
        verbose_name_plural = _("nødåpninger")
        indexes = [
            models.Index(fields=["member", "patient", "-until"], name="glass_of_member"),
            models.Index(fields=["clinic", "-at"], name="glass_of_clinic"),
        ]

    def __str__(self) -> str:
        return f"{self.at.astimezone(OSLO):%d.%m.%Y %H:%M}"


class AccessReview(models.Model):
    """A leader has looked into one unusual access and says what came of it. Append-only: a second look is a second row."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    rule = models.SlugField(_("regel"), max_length=20)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    day = models.DateField(_("dag"))
    patient_id = models.BigIntegerField(_("pasient"), default=0)
    note = models.CharField(_("merknad"), max_length=500)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("når"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("etterkontroll")
        verbose_name_plural = _("etterkontroller")
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("member")), name="review_by_somebody_else"),
        ]
        indexes = [models.Index(fields=["clinic", "day", "rule", "member"], name="review_of_finding")]

    def __str__(self) -> str:
        return f"{self.rule} {self.day:%d.%m.%Y}"
