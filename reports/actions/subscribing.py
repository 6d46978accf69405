"""Asking for the week's report by e-mail, and no longer; having one sent again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from reports.models import Delivery, Language, Recipient, Sending
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def subscribe(
    *, by: Member, address: str, paper: bool, at: dt.datetime, language: str = Language.BOKMAL
) -> Recipient:
    """From the next week that closes; asking again changes all but when it was asked for. Raises PermissionDenied."""
    require(by, Permission.SEE_REPORTS)
    wish = {"address": address, "paper": paper, "language": language}
    recipient, _made = Recipient.objects.update_or_create(
        member=by, defaults=wish, create_defaults={**wish, "clinic_id": by.clinic_id, "asked_at": at}
    )
    return recipient


@transaction.atomic
def unsubscribe(*, by: Member) -> None:
    """One's own; what was sent is forgotten with it."""
    Recipient.objects.filter(member=by).delete()


@transaction.atomic
def send_again(delivery_id: int, *, by: Member, at: dt.datetime) -> Delivery:
    """What did not arrive, or may not have, is tried again: by whoever it is for, or a leader.

    Raises Delivery.DoesNotExist for another's or another clinic's, ValueError: "state" where there is nothing to send again.
    """
    require(by, Permission.SEE_REPORTS)
    found: Delivery = (
        Delivery.objects.visible_to(by).select_for_update(of=("self",)).select_related("recipient").get(pk=delivery_id)
    )  # fmt: skip
    if found.recipient.member_id != by.pk:
        require(by, Permission.MANAGE_MEMBERS)
    if found.state not in (Sending.FAILED, Sending.UNSURE):
        raise ValueError("state")
    found.state, found.attempts, found.next_at, found.at, found.problem = Sending.WAITING, 0, at, at, ""
    found.save(update_fields=["state", "attempts", "next_at", "at", "problem"])
    return found
