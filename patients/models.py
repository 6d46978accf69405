"""Whom we follow: list patients, what they live with, and who has looked.

Only what follow-up needs is kept (data minimisation): of a list's conditions those that a programme
follows, of its encounters who, when and where. Corrections, not deletions: the application's role has no
right to delete here.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, ClinicQuerySet, Member, User
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

    def followed(self) -> Self:
        """Those a plan can run for: alive, and still on the clinic's list."""
        return self.filter(deceased_on__isnull=True, moved_on__isnull=True)

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
            )
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    def age_on(self, day: dt.date) -> int:
        """Whole years."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)


class PatientIdentifier(models.Model):
    """What a sender calls the patient: personnummer, D-number, or the sender's own (system and value).

    One patient may have several; the same (system, value) is never two patients of one clinic: that is
    how a second import finds the patient again and how duplicates merge.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
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


class Condition(models.Model):
    """A condition that a programme follows, as ICPC-2, with the sender's own code beside it."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.CASCADE, related_name="conditions", db_constraint=False, db_index=False
    )
    icpc2 = models.CharField(_("ICPC-2"), max_length=3)
    source_system = models.CharField(max_length=120, blank=True)
    source_code = models.CharField(max_length=40, blank=True)
    source_text = models.CharField(max_length=200, blank=True)
    starts_on = models.DateField(_("fra"), null=True, blank=True)
    ends_on = models.DateField(_("til"), null=True, blank=True)

    objects = ClinicQuerySet.as_manager()

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

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
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


class Encounter(models.Model):
    """A contact or stay that a sender told of: when, what class (HL7 ActCode), which department."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
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
        constraints = [models.UniqueConstraint(fields=["clinic", "source_id"], name="encounter_once")]
        indexes = [models.Index(fields=["patient", "-starts_at"], name="encounter_latest")]

    def __str__(self) -> str:
        return f"{self.act_class} {self.starts_at:%d.%m.%Y}"


class ImportRunQuerySet(ClinicQuerySet):
    def unfinished(self) -> Self:
        """Asked for and not yet ended: waiting, running, or left by a worker that died."""
        return self.filter(state__in=ImportRun.UNFINISHED)


class ImportRun(models.Model):
    """One import: what was asked for, how far it has come, what came of it."""

    class Source(models.TextChoices):
        FHIR = "fhir", _("FHIR R4 (NDJSON)")
        CSV = "csv", _("CSV")

    class State(models.TextChoices):
        WAITING = "waiting", _("venter")
        RUNNING = "running", _("pågår")
        DONE = "done", _("ferdig")
        REFUSED = "refused", _("avvist")
        FAILED = "failed", _("feilet")

    UNFINISHED = (State.WAITING, State.RUNNING)

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(_("format"), max_length=8, choices=Source.choices)
    file_name = models.CharField(_("fil"), max_length=200)
    stored_as = models.CharField(max_length=200, blank=True, help_text="Cleared when the upload is removed.")
    good_rows_only = models.BooleanField(
        _("ta inn de gode radene"), default=False, help_text=_("Ellers tas ingen rader inn når én er feil.")
    )
    state = models.CharField(_("status"), max_length=8, choices=State.choices, default=State.WAITING)
    started_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("startet av"),
        db_index=False,
    )
    started_at = models.DateTimeField(_("startet"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ferdig"), null=True, blank=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    counts = models.JSONField(
        default=dict, help_text="Where each row went, by record type (patients/tally.py)."
    )
    unmapped = models.JSONField(
        default=list, help_text="Codes we do not follow: [system, code, text, occurrences]."
    )
    message = models.TextField(blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("importer")
        ordering = ("-started_at",)
        constraints = [models.UniqueConstraint(fields=["clinic", "id"], name="importrun_in_clinic")]

    def __str__(self) -> str:
        return self.file_name


class ImportProblem(models.Model):
    """A refused row: file, row number, column, what is wrong. Never what the row says of a person."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems", db_constraint=False)
    file_name = models.CharField(max_length=200)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=80, blank=True)
    message = models.CharField(max_length=300)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        ordering = ("file_name", "row")

    def __str__(self) -> str:
        return f"{self.file_name}:{self.row}"


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
