"""Letting somebody in whom a provider has vouched for, and saying who is who."""

from __future__ import annotations

import datetime as dt

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from login.oidc import waiting
from login.oidc.exchange import Person
from login.oidc.models import ClinicOrganisation, ExternalIdentity
from login.oidc.orgnumbers import is_organisation_number
from login.oidc.providers import Provider
from login.oidc.queries import place_of, user_of
from login.oidc.refusals import Reason, Refused
from login.strong import STRONG_LOGIN
from teams.middleware import ONLY_CLINIC
from teams.models import Clinic, Member, User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def log_in(request: HttpRequest, person: Person, *, provider: Provider) -> Member:
    """A session of their own (a new key), in the clinic that they logged in for and no other. Raises Refused."""
    user = user_of(provider.issuer, person.identity)
    if user is None:
        raise Refused(Reason.NO_USER)
    place = place_of(user, person.organisation)
    if place is None:
        raise Refused(Reason.NO_PLACE)
    waiting.clear(request.session)
    login(request, user, backend=BACKEND)
    # Asked by those who want to know how long ago somebody showed who they are.
    record_authentication(request, user, method="oidc", provider=provider.id)
    request.session["member_id"] = place.pk
    request.session[ONLY_CLINIC] = place.clinic_id
    request.session[STRONG_LOGIN] = provider.strong
    return place


@transaction.atomic
def tie_identity(user: User, *, provider: Provider, value: str, at: dt.datetime) -> None:
    """The user is this person at the provider, from now on. Raises ValueError: "value" (empty, or somebody else's)."""
    value = value.strip()
    taken = ExternalIdentity.objects.filter(issuer=provider.issuer, value=value).exclude(user=user)
    if not value or len(value) > 255 or taken.exists():
        raise ValueError("value")
    ExternalIdentity.objects.update_or_create(
        user=user, issuer=provider.issuer, defaults={"value": value, "since": at}
    )


def untie_identity(user: User, *, provider: Provider) -> None:
    ExternalIdentity.objects.filter(user=user, issuer=provider.issuer).delete()


@transaction.atomic
def name_organisation(clinic: Clinic, *, number: str) -> None:
    """The number means this clinic. Raises ValueError: "number" (no such number can be, or another clinic has it)."""
    if not is_organisation_number(number):
        raise ValueError("number")
    found, _ = ClinicOrganisation.objects.get_or_create(number=number, defaults={"clinic": clinic})
    if found.clinic_id != clinic.pk:
        raise ValueError("number")


def forget_organisation(clinic: Clinic, *, number: str) -> None:
    ClinicOrganisation.objects.filter(clinic=clinic, number=number).delete()
