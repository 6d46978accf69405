"""What people keep at their desk: saved views, usual minutes, and changes of many tasks at once."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models.catalogue import TaskKind
from tasks.models.states import Part
from tasks.models.task import Task
from teams.models import Clinic, ClinicQuerySet, Member


class SavedView(models.Model):
    """A filter that a member keeps under a name. `query` is a query string of the filter's own fields, never a name."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="views", db_constraint=False)
    page = models.CharField(max_length=8)
    name = models.CharField(_("navn"), max_length=40)
    query = models.CharField(max_length=300)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("lagret visning")
        verbose_name_plural = _("lagrede visninger")
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["member", "page", "name"], name="view_once_by_name")]

    def __str__(self) -> str:
        return self.name


class UsualMinutes(models.Model):
    """The median of what a kind took lately: one member's own, or (member empty) their profession's in the clinic.

    Remade every night from what was done (tasks/sql/usual_minutes.sql).
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    kind = models.ForeignKey(TaskKind, models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(max_length=7, choices=Part.choices, blank=True)
    profession = models.CharField(max_length=16)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    minutes = models.PositiveSmallIntegerField(_("median"))
    occasions = models.PositiveIntegerField(_("antall"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("vanlig tid")
        verbose_name_plural = _("vanlige tider")
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "kind", "part", "profession", "member"],
                name="usual_minutes_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind_id}: {self.minutes} min"


class BulkVerb(models.TextChoices):
    REASSIGN = "reassign", _("gitt til andre")
    POSTPONE = "postpone", _("utsatt")
    CANCEL = "cancel", _("avsluttet")


class BulkChange(models.Model):
    """Many tasks changed at once by a leader, with one undo."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    verb = models.CharField(max_length=8, choices=BulkVerb.choices)
    reason = models.CharField(_("grunn"), max_length=300, blank=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    undone_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    undone_at = models.DateTimeField(null=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("samlet endring")
        verbose_name_plural = _("samlede endringer")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "id"], name="bulk_in_clinic"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_by__isnull=False),
                name="bulk_undone_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "-at"], name="bulk_latest")]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.verb}"


class BulkItem(models.Model):
    """One of its tasks: the version it left behind, and what stood there `before` (field values, and the plan's)."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    bulk = models.ForeignKey(
        BulkChange, models.CASCADE, related_name="items", db_constraint=False, db_index=False
    )
    task = models.ForeignKey(Task, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    version = models.PositiveIntegerField()
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("del av en samlet endring")
        verbose_name_plural = _("deler av samlede endringer")
        constraints = [models.UniqueConstraint(fields=["bulk", "task"], name="bulk_item_once")]

    def __str__(self) -> str:
        return f"{self.bulk_id}: {self.task_id}"
