"""Whom an answer is about, and where they have a place."""

from __future__ import annotations

from django.db import connection

from login.oidc.models import ClinicOrganisation
from teams.models import Member, User
from teams.queries import places_of
from teams.wall import clinic_scope


def user_of(issuer: str, value: str) -> User | None:
    """The active user that this person at the provider is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oidc_user_of(%s, %s)", [issuer, value])
        (found,) = cursor.fetchone()
    return User.objects.filter(pk=found, is_active=True).first() if found else None


def place_of(user: User, number: str) -> Member | None:
    """The user's place in force today in the clinic that the number means; of other clinics not even the number is seen."""
    with clinic_scope(None, user_id=user.pk):
        clinic = ClinicOrganisation.objects.filter(number=number).values_list("clinic_id", flat=True).first()
        return next((place for place in places_of(user) if place.clinic_id == clinic), None)
