"""The main menu: what a member may open, in the order of a working day."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from teams.models import Member
from teams.permissions import Permission, may

# Pages that belong to an entry though their address does not begin with its own.
ALSO = {
    "my_day": ("/oppgave/",),
    "team": ("/delegeringer/", "/fravaer/", "/ingen/"),
    "programmes": ("/planforslag/",),
    "unusual_access": ("/oppbevaring/",),
}


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    url: str
    current: bool


def entries(request: HttpRequest, member: Member) -> list[Entry]:
    rooms = [
        (_("Min dag"), "my_day", Permission.DO_TASKS),
        (_("Tidsdagbok"), "diary", Permission.DO_TASKS),
        (_("Team"), "team", Permission.SEE_TEAM),
        (_("Fordeling"), "sharing", Permission.ASSIGN_TASKS),
        (_("Pasienter"), "patients", Permission.SEE_PATIENTS),
        (_("Programmer"), "programmes", Permission.SEE_PROGRAMMES),
        (_("Import"), "imports", Permission.IMPORT_PATIENTS),
        (_("Rapporter"), "reports", Permission.SEE_REPORTS),
        (_("Personvern"), "unusual_access", Permission.CONTROL_ACCESS),
    ]
    return [
        Entry(title, url := reverse(name), request.path.startswith((url, *ALSO.get(name, ()))))
        for title, name, permission in rooms
        if may(member, permission)
    ]
