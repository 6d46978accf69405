"""List patients and what their senders call them."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from patients.naming import named
from teams.models import Clinic, ClinicQuerySet, Member
from teams.permissions import Permission, may


class Sex(models.TextChoices):
    FEMALE = "female", _("kvinne")
    MALE = "male", _("mann")
    UNKNOWN = "unknown", _("ukjent")


class NameOrder(Func):
    """Æ, ø, å after z, and small letters among capitals, whatever the database's own order is."""

    function = "translate"
    template = "%(function)s(lower(%(expressions)s), 'æøåäöÆØÅÄÖ', '{|}{|{|}{|')"
    output_field = models.CharField()


class PatientQuerySet(ClinicQuerySet):
    def visible_to(self, member: Member) -> Self:
        """The clinic's patients, for whoever may see patients; nobody for a manager."""
        rows = super().visible_to(member)
        return rows if may(member, Permission.SEE_PATIENTS) else rows.none()

    def on_list(self) -> Self:
        """Alive, and still on the clinic's list."""
        return self.filter(deceased_on__isnull=True, moved_on__isnull=True)

    def followed(self) -> Self:
        """Those a plan can run for: on the list, and not in an institution, which then has the duty (§ 29)."""
        return self.on_list().filter(institution_on__isnull=True)

    def in_name_order(self) -> Self:
        """Family name, given name; two of the same name by number, so that pages never overlap."""
        ordered = self.annotate(family_order=NameOrder("family_name"), given_order=NameOrder("given_name"))
        return ordered.order_by("family_order", "given_order", "pk")

    def after(self, last: Patient | None) -> Self:
        """Those who come after `last` (from `in_name_order`) in that order; nobody after an unknown one."""
        if last is None:
            return self.none()
        family, given = last.family_order, last.given_order  # type: ignore[attr-defined]
        return self.in_name_order().filter(
            Q(family_order__gt=family)
            | Q(family_order=family, given_order__gt=given)
            | Q(family_order=family, given_order=given, pk__gt=last.pk)
        )


class Patient(models.Model):
    """A list patient (listeinnbygger). Birth date and sex are told, never derived from an identifier."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    given_name = models.CharField(_("fornavn"), max_length=80)
    family_name = models.CharField(_("etternavn"), max_length=80)
    birth_date = models.DateField(_("født"))
    sex = models.CharField(_("kjønn"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    list_doctor = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="listed_patients",
        db_constraint=False,
        verbose_name=_("fastlege"),
    )
    usual_nurse = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="nursed_patients",
        db_constraint=False,
        verbose_name=_("fast sykepleier"),
    )
    home_care = models.BooleanField(_("hjemmesykepleie"), default=False)
    deceased_on = models.DateField(_("død"), null=True, blank=True)
    moved_on = models.DateField(_("ute av listen"), null=True, blank=True)
    institution_on = models.DateField(
        _("på institusjon fra"), null=True, blank=True, help_text=_("Institusjonen har da ansvaret (§ 29).")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        verbose_name = _("pasient")
        verbose_name_plural = _("pasienter")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="patient_in_clinic"),
            models.CheckConstraint(
                condition=Q(deceased_on__isnull=True) | Q(deceased_on__gte=F("birth_date")),
                name="patient_dies_after_birth",
            ),
        ]
        indexes = [
            models.Index(
                F("clinic"),
                NameOrder("family_name"),
                NameOrder("given_name"),
                F("id"),
                name="patient_in_name_order",
            ),
            # The night stops the plans of these: few among all patients of all clinics.
            models.Index(
                fields=["id"],
                condition=Q(deceased_on__isnull=False)
                | Q(moved_on__isnull=False)
                | Q(institution_on__isnull=False),
                name="patient_gone",
            ),
        ]

    def __str__(self) -> str:
        return named(self.pk, f"{self.given_name} {self.family_name}")

    def age_on(self, day: dt.date) -> int:
        """Whole years."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)


class PatientIdentifier(models.Model):
    """What a sender calls the patient: personnummer, D-number, or the sender's own (system and value).

    One patient may have several; the same (system, value) is never two patients of one clinic: that is
    how a second import finds the patient again and how duplicates merge.
    """

    # The patient's key carries the clinic (teams/walling.py): a second one would be checked for every row of an import.
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="identifiers", db_constraint=False)
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=80)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "system", "value"], name="identifier_names_one_patient")
        ]

    def __str__(self) -> str:
        return self.system
