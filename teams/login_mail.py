"""The e-mail with a link: what it says. Who invites, to which clinic, and no more; never anything about a patient. Pure."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from teams.models import Invitation, Member, Purpose


def message(invitation: Invitation, token: str, by: Member, to: str) -> EmailMessage:
    """To the address that `by` wrote; the link begins with what is set for this machine, whatever host was asked.

    A clinic's name is what a registry wrote: the subject is one line whatever it holds.
    """
    said = {"who": by.name, "clinic": by.clinic.name}
    if invitation.purpose == Purpose.JOIN:
        why = _("%(who)s inviterer deg til Fordel ved %(clinic)s.") % said
    else:
        why = _("%(who)s ved %(clinic)s har laget en lenke der du velger et nytt passord til Fordel.") % said
    until = date_format(localtime(invitation.expires_at), "j. F Y H:i")
    text = "\n\n".join(
        (
            why,
            settings.PUBLIC_URL + reverse("open_invitation", args=[token]),
            _("Lenken virker én gang, til %(until)s. Gi den ikke videre.") % {"until": until},
            _("Kjenner du ikke til dette, kan du se bort fra e-posten.") + "\n",
        )
    )
    return EmailMessage(
        subject=" ".join((_("Fordel: innlogging ved %(clinic)s") % said).split()), body=text, to=[to],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": "nb"},
    )  # fmt: skip
