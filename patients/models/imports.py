"""How a list came in."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, ClinicQuerySet, Member


class ImportRunQuerySet(ClinicQuerySet):
    def unfinished(self) -> Self:
        """Asked for and not yet ended: waiting, running, or left by a worker that died."""
        return self.filter(state__in=ImportRun.UNFINISHED)

    def running(self) -> Self:
        return self.filter(state=ImportRun.State.RUNNING)

    def in_line(self) -> Self:
        """Uploads that wait for their turn, the oldest first. A command on the server stands in line by itself."""
        return self.filter(state=ImportRun.State.WAITING).exclude(stored_as="").order_by("started_at", "pk")


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
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often a worker has begun on it.")
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
