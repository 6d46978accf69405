"""Plans suggested for a whole list, and what counts as need."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, ClinicQuerySet, Member


class PlanRunQuerySet(ClinicQuerySet):
    def unfinished(self) -> Self:
        return self.filter(state__in=PlanRun.UNFINISHED)


class PlanRun(models.Model):
    """Plans for everybody whom some programmes are for: first what it would mean, then, if wanted, started.

    `result` is what the preview tells (tasks/actions/enrolling.py): candidates a programme, and minutes per
    profession and ISO week of the coming year. No patient is named in it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("venter")
        COUNTING = "counting", _("regnes ut")
        READY = "ready", _("klar")
        STARTING = "starting", _("starter planer")
        DONE = "done", _("ferdig")
        DISCARDED = "dropped", _("forkastet")
        FAILED = "failed", _("feilet")
        TAKEN_BACK = "undone", _("tatt tilbake")

    UNFINISHED = (State.WAITING, State.COUNTING, State.STARTING)
    BACK_WITHIN = dt.timedelta(hours=24)

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    programmes = ArrayField(models.BigIntegerField(), verbose_name=_("programmer"), default=list)
    state = models.CharField(_("status"), max_length=8, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(
        Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    asked_at = models.DateTimeField(_("bedt om"))
    started_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    finished_at = models.DateTimeField(_("ferdig"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    taken_back_at = models.DateTimeField(_("tatt tilbake"), null=True, blank=True)
    taken_back = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Plans that were stopped again."
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    message = models.CharField(max_length=200, blank=True)

    objects = PlanRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("planforslag")
        verbose_name_plural = _("planforslag")
        ordering = ("-asked_at", "-pk")
        indexes = [models.Index(fields=["clinic", "-asked_at"], name="planrun_latest")]

    def __str__(self) -> str:
        return f"{self.clinic_id} {self.state}"

    @property
    def back_until(self) -> dt.datetime | None:
        """The last moment at which what it started may be taken back; None when there is nothing to take back."""
        ended = self.state in (self.State.DONE, self.State.FAILED)
        return self.finished_at + self.BACK_WITHIN if ended and self.done and self.finished_at else None


class NeedPoints(models.Model):
    """What one reason counts in this clinic, where it is not the default (tasks/data/need.toml)."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("grunn"), max_length=20)
    points = models.PositiveSmallIntegerField(_("poeng"))
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(_("endret"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("poeng for behov")
        verbose_name_plural = _("poeng for behov")
        constraints = [models.UniqueConstraint(fields=["clinic", "reason"], name="need_points_once")]

    def __str__(self) -> str:
        return self.reason
