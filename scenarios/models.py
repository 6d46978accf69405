"""What somebody has tried out, and what it came to."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, ClinicQuerySet, Member


class ScenarioQuerySet(ClinicQuerySet):
    def visible_to(self, member: Member) -> Self:
        """One's own, and those that others in the clinic have shared."""
        return super().visible_to(member).filter(Q(by=member) | Q(shared=True))

    def own(self, member: Member) -> Self:
        return super().visible_to(member).filter(by=member)

    def unfinished(self) -> Self:
        return self.filter(state__in=[Scenario.State.WAITING, Scenario.State.RUNNING])


class Scenario(models.Model):
    """A clinic's question «what if»: its changes, over how many weeks, and the figures of its last run.

    `changes` is JSON of scenarios/changes.py. `result` is {"today": [Figures], "scenario": [Figures]}, empty until the
    first run is done; no patient is named in it. `reckoned` of the weeks of both runs are done; `beat_at` is when that was
    written, so that a run whose worker died is told from one that works. `reference` finds a failure in the log.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("venter på tur")
        RUNNING = "running", _("regnes ut")
        DONE = "done", _("regnet ut")
        FAILED = "failed", _("mislykket")

    class Weeks(models.IntegerChoices):
        FOUR = 4, _("4 uker")
        TWELVE = 12, _("12 uker")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("navn"), max_length=80)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    shared = models.BooleanField(_("delt"), default=False)
    changes: models.JSONField[Any, Any] = models.JSONField(default=list)
    weeks = models.PositiveSmallIntegerField(_("uker"), choices=Weeks.choices, default=Weeks.FOUR)
    state = models.CharField(_("status"), max_length=7, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("bedt om"))
    beat_at = models.DateTimeField(null=True)
    reckoned = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    ran_at = models.DateTimeField(_("regnet ut"), null=True)
    seconds = models.FloatField(null=True)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict)
    message = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=16, blank=True)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("regnestykke")
        verbose_name_plural = _("regnestykker")
        constraints = [
            models.CheckConstraint(condition=Q(weeks__in=[4, 12]), name="scenario_weeks"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(ran_at__isnull=False), name="scenario_done_was_run"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "-asked_at"], name="scenario_latest"),
            models.Index(
                fields=["asked_at"], condition=Q(state__in=["waiting", "running"]), name="scenario_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def unfinished(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)
