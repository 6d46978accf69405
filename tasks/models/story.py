"""What happened to each task."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tasks.models.task import Task
from teams.models import Clinic, ClinicQuerySet, Member


class Verb(models.TextChoices):
    """What can happen to a task."""

    OPEN = "open", _("åpnet")
    ASSIGN = "assign", _("tildelt")
    PLAN = "plan", _("planlagt")
    HAND_ON = "hand_on", _("gitt videre")
    RELEASE = "release", _("sluppet")
    POSTPONE = "postpone", _("utsatt")
    START = "start", _("påbegynt")
    COMPLETE = "complete", _("utført")
    UNDO = "undo", _("angret")
    CANCEL = "cancel", _("avbrutt")
    RETURN = "return", _("returnert")
    LOG = "log", _("logget")
    # A person overrules the sharing out.
    PIN = "pin", _("låst")
    UNPIN = "unpin", _("låst opp")
    FORBID = "forbid", _("utelukket")
    ALLOW = "allow", _("tillatt igjen")
    PLACE = "place", _("satt inn")
    # What else happens in a task's life.
    STOP = "stop", _("klokken stanset")
    ATTEMPT = "attempt", _("ikke nådd")
    CORRECT = "correct", _("rettet")
    REJECT = "reject", _("gitt tilbake")
    READY = "ready", _("klar til signering")
    SEND_BACK = "send_back", _("sendt tilbake til forberedelse")
    REOPEN = "reopen", _("åpnet igjen")
    ESCALATE = "escalate", _("varslet før fristen")
    EXPIRE = "expire", _("utløpt")


class TaskEvent(models.Model):
    """One change of a task: the append-only story that every number can be replayed from.

    `by` is empty when a nightly job did it. `at` is when it was recorded, `effective_at` when it happened.
    `after` holds the changed fields' new values, enough to rebuild the task.
    """

    # The task's key carries the clinic (teams/walling.py): a second one would be checked for every event.
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="events", db_constraint=False, db_index=False)
    verb = models.CharField(max_length=10, choices=Verb.choices)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    from_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    to_member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    effective_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("hendelse")
        verbose_name_plural = _("hendelser")
        ordering = ("id",)
        indexes = [
            models.Index(fields=["task", "id"], name="event_story"),
            # Written in the order of time and never changed: a few pages tell where an hour's events lie.
            BrinIndex(fields=["at"], name="event_at", autosummarize=True, pages_per_range=32),
            # What the weekly report counts, among some hundred times as many.
            models.Index(
                fields=["at"],
                include=["clinic", "verb", "by", "from_member"],
                condition=Q(verb__in=["pin", "forbid", "hand_on"]),
                name="event_overrides",
            ),
            # What was told afterwards, of a week that may be closed.
            models.Index(
                fields=["at"],
                include=["clinic", "verb", "effective_at", "from_state", "to_state"],
                condition=Q(verb__in=["log", "correct", "undo"]),
                name="event_told_late",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.verb}"
