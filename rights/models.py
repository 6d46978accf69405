"""What was asked to be deleted, what was, who has seen what is gone, and what the rules of retention took away."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.models import Task
from teams.calendar import OSLO, oslo_date
from teams.models import Clinic, ClinicQuerySet, Member, User

# From a decision to its doing: other leaders see it, and may stop it. The database counts too (rights/sql/carry_out.sql).
WAIT = dt.timedelta(days=7)


class Scope(models.TextChoices):
    """What one request is about. A task takes its story, notes and letters with it; a patient takes everything."""

    PATIENT = "patient", _("alt om pasienten")
    TASK = "task", _("én oppgave")
    CONDITION = "condition", _("én tilstand")
    MEDICATION = "medication", _("ett legemiddel")


class Ground(models.TextChoices):
    """What the law lets be deleted (helsepersonelloven §§ 43, 44; pasientjournalloven § 25)."""

    WRONG = "wrong", _("feilaktig eller misvisende, og føles belastende (helsepersonelloven § 43 nr. 1)")
    UNNEEDED = "unneeded", _("åpenbart ikke nødvendig for helsehjelpen (helsepersonelloven § 43 nr. 2)")
    MISTAKEN = "mistaken", _("ført på feil person (helsepersonelloven § 44)")
    OUTLIVED = "outlived", _("trengs ikke lenger for helsehjelpen (pasientjournalloven § 25)")


class Asker(models.TextChoices):
    PATIENT = "patient", _("pasienten")
    OTHER = "other", _("en annen som er omtalt")
    CLINIC = "clinic", _("legekontoret selv")


class DeletionRequest(models.Model):
    """Something that somebody wants deleted, and what a doctor who leads decided.

    `row` is the task, condition or drug. The database stamps the times and keeps the order of states (migration 0002):
    asked, then granted or refused; a granted one is done after `WAIT` unless somebody stops it. Once done, `patient`,
    `row` and the words are empty: what is left is `Deletion`.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("venter på avgjørelse")
        GRANTED = "granted", _("innvilget, venter")
        REFUSED = "refused", _("avslått")
        STOPPED = "stopped", _("stanset")
        DONE = "done", _("slettet")

    WAITING = (State.ASKED, State.GRANTED)

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    patient = models.ForeignKey(
        Patient, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    scope = models.CharField(_("hva"), max_length=10, choices=Scope.choices)
    row = models.BigIntegerField(_("hvilken"), null=True, blank=True)
    asker = models.CharField(_("hvem som ønsker det"), max_length=7, choices=Asker.choices)
    wish = models.CharField(_("ønsket"), max_length=1000, blank=True)
    state = models.CharField(_("status"), max_length=7, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False, verbose_name=_("meldt av"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("meldt"))
    ground = models.CharField(_("grunnlag"), max_length=8, choices=Ground.choices, blank=True)
    reason = models.CharField(_("begrunnelse"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("avgjort av"),
    )
    decided_at = models.DateTimeField(_("avgjort"), null=True)
    stopped_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("stanset av"),
    )
    stopped_at = models.DateTimeField(_("stanset"), null=True)
    problem = models.CharField(_("hvorfor den ikke er utført"), max_length=200, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("krav om sletting")
        verbose_name_plural = _("krav om sletting")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="deletion_request_in_clinic"),
            models.UniqueConstraint(
                fields=["patient", "scope", "row"],
                condition=Q(state__in=["asked", "granted"]),
                name="deletion_asked_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "stopped"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="deletion_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["granted", "done"]) | Q(ground__in=Ground.values),
                name="deletion_has_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(scope="patient", row__isnull=True) | ~Q(scope="patient"),
                name="deletion_of_one_row_or_all",
            ),
        ]
        indexes = [
            models.Index(fields=["decided_at"], condition=Q(state="granted"), name="deletion_to_be_done"),
            models.Index(fields=["patient"], condition=Q(patient__isnull=False), name="deletion_by_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def due_at(self) -> dt.datetime | None:
        """When it is carried out at the earliest."""
        return self.decided_at + WAIT if self.decided_at else None


class Deletion(models.Model):
    """The trace of one: what kind, how many rows of which table, on what ground, by whom. Append-only.

    Nothing of whom or of health. Only the database writes it, where it deletes.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    request = models.OneToOneField(
        DeletionRequest, models.PROTECT, related_name="deletion", db_constraint=False
    )
    scope = models.CharField(_("hva"), max_length=10, choices=Scope.choices)
    ground = models.CharField(_("grunnlag"), max_length=8, choices=Ground.choices)
    asked_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    decided_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    decided_at = models.DateTimeField(_("avgjort"))
    at = models.DateTimeField(_("slettet"))
    counts: models.JSONField[Any, Any] = models.JSONField(_("antall rader"), default=dict)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("sletting")
        verbose_name_plural = _("slettinger")
        ordering = ("-at", "-pk")
        constraints = [models.UniqueConstraint(fields=["clinic", "id"], name="deletion_in_clinic")]

    def __str__(self) -> str:
        return f"{self.scope} {oslo_date(self.at):%d.%m.%Y}"


class KeptAccess(models.Model):
    """Who had looked at somebody who is deleted: the access log without whom it was of and what was shown.

    It answers one who comes with the number of their deletion and asks who looked. Append-only.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    deletion = models.ForeignKey(Deletion, models.PROTECT, related_name="accesses", db_constraint=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("når"))
    ground = models.CharField(_("grunnlag"), max_length=80)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("innsyn i slettet")
        verbose_name_plural = _("innsyn i slettet")

    def __str__(self) -> str:
        return f"{self.at.astimezone(OSLO):%d.%m.%Y %H:%M}"


class Tombstone(models.Model):
    """A number that was deleted: a salted digest, so that an import that brings it back is told of.

    The digest and its salt are the database's alone; the application reads the other columns.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    deletion = models.ForeignKey(
        Deletion, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    salt = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)
    back = models.ForeignKey(
        Patient, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False,
        verbose_name=_("kom tilbake som"), help_text="The patient who carries the number now.",
    )  # fmt: skip
    back_at = models.DateTimeField(_("kom tilbake"), null=True)
    accepted_by = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("godtatt av"),
    )

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("slettet nummer")
        verbose_name_plural = _("slettede numre")

    def __str__(self) -> str:
        return f"{self.deletion_id}"


class Rectification(models.Model):
    """A dated correction beside words of a task that were wrong: they stay and can be read (helsepersonelloven § 42).

    `about` says which: `name`, or `event`, `note` or `return` with a number (`event:7`). Append-only.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="+", db_constraint=False)
    about = models.CharField(_("det som rettes"), max_length=30)
    text = models.CharField(_("det riktige er"), max_length=1000)
    by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False, verbose_name=_("av")
    )
    at = models.DateTimeField(_("rettet"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("rettelse av tekst")
        verbose_name_plural = _("rettelser av tekst")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.task_id} {self.about}"


class RetentionRun(models.Model):
    """One batch that a rule of retention took away, in all clinics; none where there was nothing. Append-only."""

    rule = models.SlugField(max_length=40)
    at = models.DateTimeField(_("når"))
    removed = models.PositiveIntegerField(_("rader"))

    class Meta:
        verbose_name = _("opprydding")
        verbose_name_plural = _("oppryddinger")
        indexes = [models.Index(fields=["rule", "-at"], name="retentionrun_latest")]

    def __str__(self) -> str:
        return f"{self.rule} {self.removed}"
