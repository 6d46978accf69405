"""Who one can log in as in the demo. Shown only where settings.DEMO is on: `logins()` is empty elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_noop as _

PASSWORD = "fordel-demo-2026"


class Login(NamedTuple):
    """Role as a msgid in bokmål; the template translates it."""

    username: str
    name: str
    role: str


LOGINS = (
    Login("sykepleier", "Nina Berg", _("sykepleier")),
    Login("lege", "Amir Aune", _("lege")),
    Login("leder", "Kari Holm", _("lege og teamleder")),
    Login("sekretaer", "Siri Lund", _("helsesekretær")),
    Login("styrer", "Marit Haugen", _("daglig leder")),
    Login("vikar", "Thea Moen", _("vikarlege ved begge legekontorene")),
    Login("furulund", "Ragnhild Lien", _("lege ved et annet legekontor")),
    Login("kommune", "Solveig Vik", _("leder i kommunen, uten plass ved noe legekontor")),
)


def logins() -> tuple[Login, ...]:
    """The demo's logins, and none at all outside the demo."""
    return LOGINS if settings.DEMO else ()
