"""Who gets the week's report by e-mail, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.weeks import WeeklyReport
from teams.models import Clinic, ClinicQuerySet, Member


class Language(models.TextChoices):
    """What an e-mail is written in. The pages and the paper are in bokmål alone. Names in their own language."""

    BOKMAL = "nb", "bokmål"
    NYNORSK = "nn", "nynorsk"
    ENGLISH = "en", "English"


class Recipient(models.Model):
    """Somebody who asked for the clinic's report every Monday, with the paper or with a link alone."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.OneToOneField(Member, models.PROTECT, related_name="+", db_constraint=False)
    address = models.EmailField(_("e-postadresse"))
    paper = models.BooleanField(_("med rapporten som PDF"), default=True)
    language = models.CharField(_("språk"), max_length=2, choices=Language.choices, default=Language.BOKMAL)
    asked_at = models.DateTimeField(_("bedt om"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("mottaker")
        verbose_name_plural = _("mottakere")
        constraints = [models.UniqueConstraint(fields=["clinic", "id"], name="recipient_in_clinic")]

    def __str__(self) -> str:
        return f"{self.member_id}"


class Sending(models.TextChoices):
    """Where an e-mail stands. `sending` is written before the server is asked, and nothing is ever asked for twice."""

    WAITING = "waiting", _("venter")
    SENDING = "sending", _("sendes")
    SENT = "sent", _("sendt")
    FAILED = "failed", _("kom ikke fram")
    UNSURE = "unsure", _("uvisst")


class Delivery(models.Model):
    """One week's e-mail to one recipient. `problem` is the mail server's code, never an address or what was sent."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="deliveries", db_constraint=False)
    report = models.ForeignKey(
        WeeklyReport, models.CASCADE, related_name="deliveries", db_constraint=False, db_index=False
    )
    year = models.PositiveSmallIntegerField()
    week = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=7, choices=Sending.choices, default=Sending.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=60, blank=True)
    next_at = models.DateTimeField(_("neste forsøk"))
    at = models.DateTimeField(_("sist endret"))

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("utsending")
        verbose_name_plural = _("utsendinger")
        constraints = [
            # A week's second edition is nobody's second e-mail.
            models.UniqueConstraint(fields=["recipient", "year", "week"], name="delivery_once_a_week"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="delivery_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.state}"
