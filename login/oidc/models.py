"""Who a person at a login provider is here, and which clinic an organisation number means."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from teams.models import Clinic, User


class ExternalIdentity(models.Model):
    """Somebody at a provider is one of our users: by HPR number, or whatever claim the provider is matched by.

    Given by whoever runs Fordel (`bin/manage external_identity`), never by a clinic: a user may have places in several,
    and whoever could tie their own number to a colleague's user would be let in elsewhere as them. The application reads
    no rows of it; it asks `oidc_user_of` for one that it can name.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(_("utsteder"), max_length=255)
    value = models.CharField(_("nummer"), max_length=255)
    since = models.DateTimeField(_("fra"))

    class Meta:
        verbose_name = _("identitet hos andre")
        verbose_name_plural = _("identiteter hos andre")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "value"], name="external_identity_once"),
            models.UniqueConstraint(fields=["user", "issuer"], name="external_identity_one_per_user"),
            models.CheckConstraint(condition=~Q(issuer="") & ~Q(value=""), name="external_identity_said"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.user_id}"


class ClinicOrganisation(models.Model):
    """The number in Enhetsregisteret that means this clinic when somebody logs in for it."""

    clinic = models.ForeignKey(
        Clinic, models.PROTECT, related_name="organisations", verbose_name=_("legekontor")
    )
    number = models.CharField(_("organisasjonsnummer"), max_length=9, unique=True)

    class Meta:
        verbose_name = _("organisasjonsnummer")
        verbose_name_plural = _("organisasjonsnumre")
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^[89][0-9]{8}$"), name="organisation_number_form"
            ),
        ]

    def __str__(self) -> str:
        return self.number
