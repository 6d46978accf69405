"""How a list came in."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.people import Patient
from teams.models import Clinic, ClinicQuerySet, Member


class ImportRunQuerySet(ClinicQuerySet):
    def unfinished(self) -> Self:
        """Asked for and not yet ended: waiting, running, or left by a worker that died."""
        return self.filter(state__in=ImportRun.UNFINISHED)

    def undecided(self) -> Self:
        """Those that wait for somebody to map their columns or to look them through."""
        return self.filter(state__in=ImportRun.UNDECIDED)

    def running(self) -> Self:
        return self.filter(state=ImportRun.State.RUNNING)

    def in_line(self) -> Self:
        """Uploads that wait for their turn, the oldest first. A command on the server stands in line by itself."""
        return self.filter(state=ImportRun.State.WAITING).exclude(stored_as="").order_by("started_at", "pk")

    def expired(self, now: dt.datetime) -> Self:
        """Those whose upload and preview have been kept for as long as they may."""
        return self.filter(expires_at__lte=now)


class ImportRun(models.Model):
    """One import: what was asked for, how far it has come, what came of it.

    Nothing is written to the clinic's list before somebody has confirmed the preview (`confirmed_at`). A worker
    is at work twice, on the same file: it makes the preview (waiting, running, ready), and takes in what was
    confirmed (waiting, running, done).
    """

    class Source(models.TextChoices):
        FHIR = "fhir", _("FHIR R4")
        CSV = "csv", _("CSV eller Excel")

    class State(models.TextChoices):
        MAPPING = "mapping", _("mangler kolonner")
        WAITING = "waiting", _("venter")
        RUNNING = "running", _("pågår")
        READY = "ready", _("klar til gjennomsyn")
        DONE = "done", _("ferdig")
        REFUSED = "refused", _("avvist")
        FAILED = "failed", _("feilet")
        DISCARDED = "discarded", _("forkastet")
        EXPIRED = "expired", _("utløpt")

    # A worker is to do something.
    UNFINISHED = (State.WAITING, State.RUNNING)
    # Somebody is to do something.
    UNDECIDED = (State.MAPPING, State.READY)

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    source = models.CharField(
        _("format"),
        max_length=8,
        choices=Source.choices,
        blank=True,
        help_text="Empty until a worker has seen what the files are.",
    )
    file_name = models.CharField(_("fil"), max_length=200)
    stored_as = models.CharField(max_length=200, blank=True, help_text="Cleared when the upload is removed.")
    rows_file = models.CharField(
        max_length=255, blank=True, help_text="The refused rows to mend, beside the upload."
    )
    expires_at = models.DateTimeField(
        _("slettes"),
        null=True,
        blank=True,
        help_text="When the upload and what the preview told are removed, if nobody does before.",
    )
    mapping = models.JSONField(
        default=dict, blank=True, help_text="The file's headings → our columns; empty: the headings are ours."
    )
    asked = models.JSONField(
        default=list,
        blank=True,
        help_text="Headings that are not ours, with the first cells (patients/headings.py). Gone when it has ended.",
    )
    whole_list = models.BooleanField(
        _("hele listen"), default=False, help_text=_("De som ikke står i filen, er ute av listen.")
    )
    take_off = models.BooleanField(
        _("sett ut av listen"),
        default=False,
        help_text="Confirmed: whoever the file lacks is taken off the list. Only of a whole list.",
    )
    good_rows_only = models.BooleanField(
        _("ta inn de gode radene"), default=False, help_text=_("Ellers tas ingen rader inn når én er feil.")
    )
    state = models.CharField(_("status"), max_length=12, choices=State.choices, default=State.WAITING)
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
    confirmed_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("bekreftet av"),
        db_index=False,
    )
    confirmed_at = models.DateTimeField(
        _("bekreftet"), null=True, blank=True, help_text="Before this, an import only makes a preview."
    )
    finished_at = models.DateTimeField(
        _("ferdig"), null=True, blank=True, help_text="When the last preview, or the import, was at its end."
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often a worker has begun on it since it was asked for or confirmed."
    )
    rows_read = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    counts = models.JSONField(
        default=dict, help_text="Where each row went, by record type (patients/tally.py)."
    )
    preview = models.JSONField(
        default=dict, blank=True, help_text="`counts` as the preview told them to whoever confirmed."
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
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="importrun_in_clinic"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(confirmed_at__isnull=False),
                name="importrun_done_was_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | Q(confirmed_at__isnull=False),
                name="importrun_confirmed_by_at",
            ),
            models.CheckConstraint(
                condition=Q(take_off=False) | Q(whole_list=True), name="importrun_takes_off_by_whole_list"
            ),
        ]

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


class ImportChange(models.Model):
    """What a preview says will become of one row or patient: which fields, never what they hold.

    At most `CHANGES_KEPT` of each fate, written anew by each preview (`Stage.preview`).
    """

    class Fate(models.TextChoices):
        NEW = "new", _("ny")
        CHANGED = "changed", _("endret")
        GONE = "gone", _("ute av listen")
        KEPT = "kept", _("rettet her")  # stays as somebody here corrected it: the file says otherwise

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="changes", db_constraint=False, db_index=False
    )
    fate = models.CharField(max_length=8, choices=Fate.choices)
    file_name = models.CharField(max_length=200, blank=True, db_default="")
    row = models.PositiveIntegerField(null=True, blank=True, help_text="Null for one the file lacks.")
    patient = models.ForeignKey(
        Patient,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        help_text="Null for one who is new.",
    )
    what = models.CharField(_("hva"), max_length=300, blank=True, db_default="")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["run", "fate", "file_name", "row"], name="importchange_by_fate")]

    def __str__(self) -> str:
        return f"{self.fate} {self.file_name}:{self.row}"


class ColumnMapping(models.Model):
    """How a clinic's system names its columns: found again by its headings when the next file comes."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    headings = models.CharField(max_length=64, help_text="A digest (patients/headings.py).")
    mapping = models.JSONField(default=dict)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(auto_now=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "headings"], name="mapping_once_per_headings")
        ]

    def __str__(self) -> str:
        return self.headings[:8]
