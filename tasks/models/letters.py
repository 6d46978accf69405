"""What goes out of the house about a task: back to its sender, or into the patient's journal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.models.plans import FollowUpPlan
from tasks.models.task import Task
from teams.calendar import oslo_date
from teams.models import Clinic, ClinicQuerySet, Member


class Answer(models.TextChoices):
    """What the sender said."""

    TAKEN = "taken", _("avsender gjør det selv")
    KEPT = "kept", _("vi gjør det likevel")


class SenderReturn(models.Model):
    """A task sent back, or declined, with the rule that says so; it waits for an answer.

    `rule` is a code of tasks/data/return_rules.toml. `text` is the letter as it was made, without the patient's
    identity: it is copied into a message that carries that itself. `answer_due_on` is a working day.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="returns", db_constraint=False)
    rule = models.CharField(_("regel"), max_length=8)
    sender = models.CharField(_("avsender"), max_length=120, blank=True)
    text = models.TextField(_("brev"))
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("returnert"))
    answer_due_on = models.DateField(_("svar innen"), null=True, blank=True)
    answer = models.CharField(_("svar"), max_length=5, choices=Answer.choices, blank=True)
    answered_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    answered_at = models.DateTimeField(_("besvart"), null=True, blank=True)
    answer_note = models.CharField(_("merknad"), max_length=300, blank=True)

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("retur til avsender")
        verbose_name_plural = _("returer til avsender")
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="return_answered_at_iff_answered",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "answer_due_on"],
                condition=Q(answer="", answer_due_on__isnull=False),
                name="return_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.rule}"


class JournalNote(models.Model):
    """What fastlegeforskriften § 25 asks to be journalled when a follow-up is declined or nobody is reached.

    The text is made for copying into the journal; it is kept, unchanged, beside the plan.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, related_name="notes", db_constraint=False, db_index=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+", db_constraint=False)
    plan = models.ForeignKey(
        FollowUpPlan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notes",
        db_constraint=False,
        db_index=False,
    )
    text = models.TextField(_("tekst til journalen"))
    by = models.ForeignKey(Member, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    at = models.DateTimeField(_("skrevet"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("journalnotat")
        verbose_name_plural = _("journalnotater")

    def __str__(self) -> str:
        return f"{self.task_id} {oslo_date(self.at):%d.%m.%Y}"
