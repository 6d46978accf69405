"""Where a task stands, what part of one it is, how the patient was met."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskState(models.TextChoices):
    """Where a task stands; the moves allowed between them are in tasks/life.py."""

    SCHEDULED = "scheduled", _("kommer")  # nobody's, and its window is not open yet
    OPEN = "open", _("ikke tildelt")
    ASSIGNED = "assigned", _("tildelt")
    STARTED = "started", _("påbegynt")
    DONE = "done", _("utført")
    CANCELLED = "cancelled", _("avbrutt")
    RETURNED = "returned", _("returnert")
    EXPIRED = "expired", _("utløpt")


HELD = (TaskState.ASSIGNED, TaskState.STARTED)
ENDED = (TaskState.DONE, TaskState.CANCELLED, TaskState.RETURNED, TaskState.EXPIRED)


class Closing(models.TextChoices):
    """How a task ended: done, or why not. What a report counts apart (docs/numbers.md)."""

    DONE = "done", _("utført")
    ELSEWHERE = "elsewhere", _("gjort et annet sted")
    DECLINED = "declined", _("pasienten takket nei")
    UNREACHABLE = "unreached", _("ikke nådd")
    MOVED = "moved", _("flyttet")
    DEAD = "dead", _("død")
    NOT_NEEDED = "not_needed", _("ikke lenger nødvendig")
    RETURNED = "returned", _("returnert til avsender")
    REFUSED = "refused", _("avslått, ikke pålagt")
    EXPIRED = "expired", _("vinduet lukket seg")
    MISTAKE = "mistake", _("feilregistrert")


RETURNS = (Closing.RETURNED, Closing.REFUSED)
UNDONE = (
    Closing.ELSEWHERE, Closing.DECLINED, Closing.UNREACHABLE, Closing.MOVED, Closing.DEAD, Closing.NOT_NEEDED,
    Closing.MISTAKE,
)  # fmt: skip


class Part(models.TextChoices):
    """A kind that a doctor decides and others may prepare becomes two tasks (DOMAIN §5.3, «P»)."""

    WHOLE = "", _("hele")
    PREPARE = "prepare", _("forberedelse")
    SIGN = "sign", _("signering")


class Channel(models.TextChoices):
    """How the patient was met; chosen when the task is done."""

    IN_PERSON = "in_person", _("oppmøte")
    VIDEO = "video", _("video")
    PHONE = "phone", _("telefon")
    TEXT = "text", _("tekst")
    HOME = "home", _("hjemmebesøk")
