"""Why somebody was not let in. The log gets the reason, the person words; neither gets anything the provider said."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise


class Reason(StrEnum):
    STATE = "state"  # unknown, used before, too old, or begun in another browser
    MIX_UP = "mix_up"  # the answer names another provider (RFC 9207)
    CANCELLED = "cancelled"
    TOO_MANY = "too_many"
    UNREACHABLE = "unreachable"
    PROVIDER = "provider"  # it answered, with an error or with what cannot be read
    CODE = "code"
    TOKEN = "token"  # noqa: S105  # what is wrong with it stands in the detail
    LEVEL = "level"
    NO_IDENTITY = "no_identity"
    NO_USER = "no_user"
    NO_ORGANISATION = "no_organisation"
    NO_PLACE = "no_place"


class Refused(Exception):
    """Nobody is logged in. `detail` is a word of ours, or the name of a claim; never its value."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


class Words(NamedTuple):
    status: int
    title: StrPromise
    text: StrPromise


_UNCONFIRMED = Words(
    403,
    _("Svaret fra %(provider)s kunne ikke bekreftes"),
    _(
        "Du er ikke logget inn. Prøv én gang til. Skjer det igjen, gi referansenummeret til dem som drifter Fordel hos dere."
    ),
)
_NO_PLACE = Words(
    403,
    _("Ingen plass ved dette legekontoret"),
    _(
        "Du har ingen plass i Fordel som gjelder i dag, ved det legekontoret du logget inn for. Spør teamlederen der om du skal ha det."
    ),
)
_NO_USER = Words(
    403,
    _("Ingen konto"),
    _(
        "Innloggingen hos %(provider)s virket, men Fordel har ingen bruker som er knyttet til deg der. Kontoer lages av legekontoret; spør teamlederen din."
    ),
)
WORDS: dict[Reason, Words] = {
    Reason.STATE: Words(
        400,
        _("Innloggingen var gått ut på dato"),
        _("Den var brukt før, hadde ventet for lenge eller var begynt i en annen nettleser. Begynn på nytt."),
    ),
    Reason.CANCELLED: Words(
        403,
        _("Innloggingen ble avbrutt"),
        _("%(provider)s sendte deg tilbake uten å logge deg inn. Du kan prøve på nytt."),
    ),
    Reason.TOO_MANY: Words(
        429,
        _("For mange forsøk"),
        _("Det er logget inn for mange ganger herfra på kort tid. Vent et minutt."),
    ),
    Reason.UNREACHABLE: Words(
        503,
        _("%(provider)s svarer ikke"),
        _("Du er ikke logget inn, og ingenting er lagret. Prøv igjen om litt."),
    ),
    Reason.LEVEL: Words(
        403,
        _("Innloggingen var ikke sterk nok"),
        _(
            "Fordel viser helseopplysninger og krever et høyere sikkerhetsnivå enn det du logget inn med hos %(provider)s. Prøv på nytt med en sterkere innlogging."
        ),
    ),
    Reason.NO_IDENTITY: _NO_USER,
    Reason.NO_USER: _NO_USER,
    Reason.NO_ORGANISATION: _NO_PLACE,
    Reason.NO_PLACE: _NO_PLACE,
}


def words(reason: Reason) -> Words:
    """What is wrong with an answer is nothing that a person can do something about: those are all told alike."""
    return WORDS.get(reason, _UNCONFIRMED)
