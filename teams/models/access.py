"""Who let whom in, until when, and how somebody gets their login.

pasientjournalforskriften § 13: an authorisation is documented, limited in time, and weighed anew when somebody's work
changes. So each is a row here that nobody alters, and what a member may see today follows from the latest one: the
database itself copies it to the member's row (teams/migrations/0011), and lets the application do so in no other way.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.models.people import Access, Clinic, ClinicQuerySet, Member, Profession, User


class Decision(models.TextChoices):
    """What was decided about somebody's access."""

    GIVEN = "given", _("gitt")
    RENEWED = "renewed", _("godkjent på nytt")
    CHANGED = "changed", _("endret")
    WITHDRAWN = "withdrawn", _("trukket tilbake")


class AccessApproval(models.Model):
    """One decision about one member's access. The latest is the one that holds. Append-only."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="approvals", db_constraint=False, db_index=False
    )
    decision = models.CharField(_("hva"), max_length=10, choices=Decision.choices)
    access = models.CharField(_("tilgang"), max_length=16, choices=Access.choices)
    profession = models.CharField(_("yrke"), max_length=16, choices=Profession.choices, blank=True)
    until = models.DateField(_("til og med"), null=True, blank=True)
    # Nobody: whoever runs Fordel, or the day on which accesses began to be approved.
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    at = models.DateTimeField(_("når"))
    reason = models.CharField(_("grunn"), max_length=200, blank=True, default="", db_default="")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("godkjenning av tilgang")
        verbose_name_plural = _("godkjenninger av tilgang")
        ordering = ("-id",)
        indexes = [models.Index(fields=["clinic", "member", "-id"], name="approval_of_member")]
        constraints = [
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="approval_decision_known"),
            models.CheckConstraint(
                condition=Q(decision="withdrawn", until__isnull=True)
                | (~Q(decision="withdrawn") & Q(until__isnull=False)),
                name="approval_until_unless_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.decision} {self.until}"


class Purpose(models.TextChoices):
    JOIN = "join", _("invitasjon")
    PASSWORD = "password", _("ny innloggingslenke")


class Invitation(models.Model):
    """A link that is good once: to get a login for a place, or to set a new password. Only its hash is kept."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", db_index=False)
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="invitations", db_constraint=False, db_index=False
    )
    purpose = models.CharField(_("til hva"), max_length=8, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    # Nobody: whoever runs Fordel.
    by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    made_at = models.DateTimeField(_("laget"))
    expires_at = models.DateTimeField(_("utløper"))
    revoked_at = models.DateTimeField(_("trukket"), null=True, blank=True)
    used_at = models.DateTimeField(_("brukt"), null=True, blank=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = ClinicQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitasjon")
        verbose_name_plural = _("invitasjoner")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "member"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="invitation_one_open",
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="invitation_purpose_known"),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False, revoked_at__isnull=True),
                name="invitation_used_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.purpose}"
