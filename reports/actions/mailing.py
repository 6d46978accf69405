"""Sending closed weeks by e-mail: to everybody who asked, to nobody twice.

A delivery is marked as being sent, and that is committed, before the mail server is asked. If the worker dies in
between, nobody knows whether the server took it: it is then told as unsure, and only a person sends it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.db.models import F

from reports import queries
from reports.actions.making import statement
from reports.mail import message
from reports.models import Delivery, Sending
from teams.calendar import Week, oslo_date
from teams.permissions import Permission, may
from teams.wall import jobs_scope

HOUR = 6  # on Monday, Oslo time: nobody is woken
BATCH = 20
# Minutes from one attempt to the next; after the last of them it is given up, and shown.
PAUSES = (10, 30, 60, 120, 240)
LOST = dt.timedelta(minutes=15)  # a worker that has been at one batch for so long is gone
PERMANENT = 500  # SMTP codes from here on say that trying again is of no use
log = structlog.get_logger()


def ask(*, now: dt.datetime) -> int:
    """Make the deliveries of the newest closed week that are missing, from Monday at six; how many. One statement."""
    today = oslo_date(now)
    week = Week.of(today).plus(-1)
    if not settings.EMAIL_HOST or now < week.ends_at + dt.timedelta(hours=HOUR):
        return 0
    told: dict[str, Any] = {"now": now, "today": today, "year": week.year, "week": week.number}
    with jobs_scope(), connection.cursor() as cursor:
        cursor.execute(statement("ask_for_mail"), told)
        return int(cursor.rowcount)


def send_some(*, now: dt.datetime) -> int:
    """Send a batch of what waits, over one connection; how many were tried. One that fails stops no other."""
    if not settings.EMAIL_HOST:
        return 0
    taken = _take(now)
    if not taken:
        return 0
    server = get_connection()
    try:
        for delivery in taken:
            _note(delivery, _try(server, delivery), now)
    finally:
        server.close()
    return len(taken)


def _take(now: dt.datetime) -> list[Delivery]:
    """Mark a batch as being sent; nobody else takes those. What a lost worker had is told as unsure."""
    with jobs_scope():
        lost = Delivery.objects.filter(state=Sending.SENDING, at__lt=now - LOST)
        lost.update(state=Sending.UNSURE, at=now)
        waiting = Delivery.objects.filter(state=Sending.WAITING, next_at__lte=now)
        rows = list(waiting.select_for_update(skip_locked=True).order_by("next_at", "id")[:BATCH])
        ids = [row.pk for row in rows]
        Delivery.objects.filter(pk__in=ids).update(state=Sending.SENDING, attempts=F("attempts") + 1, at=now)
        return list(
            Delivery.objects.filter(pk__in=ids)
            .select_related("report", "recipient__member__clinic")
            .order_by("id")
        )


def _try(server: BaseEmailBackend, delivery: Delivery) -> tuple[str, str]:
    """What became of it, and what the server said if it said no."""
    member = delivery.recipient.member
    if not may(member, Permission.SEE_REPORTS):
        return Sending.FAILED, "access"
    with jobs_scope():
        trend = queries.trends([delivery.report])[delivery.report_id]
        mail = message(delivery, trend, queries.lines_of(delivery.report, member))
    try:
        server.open()
    except (SMTPException, OSError) as problem:
        server.close()
        return Sending.WAITING, type(problem).__name__
    try:
        server.send_messages([mail])
    except SMTPRecipientsRefused as refused:
        return _refused([code for code, _said in refused.recipients.values()])
    except SMTPResponseException as refused:
        return _refused([refused.smtp_code])
    except (SMTPException, OSError) as problem:
        # Gone in the middle: the server may have taken it.
        server.close()
        return Sending.UNSURE, type(problem).__name__
    return Sending.SENT, ""


def _refused(codes: Sequence[int]) -> tuple[str, str]:
    code = max(codes, default=0)
    return (Sending.FAILED if code >= PERMANENT else Sending.WAITING), f"SMTP {code}"


def _note(delivery: Delivery, became: tuple[str, str], now: dt.datetime) -> None:
    state, problem = became
    next_at = now
    if state == Sending.WAITING:
        tried = delivery.attempts - 1
        if tried < len(PAUSES):
            next_at = now + dt.timedelta(minutes=PAUSES[tried])
        else:
            state = Sending.FAILED
    with jobs_scope():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, problem=problem[:60], next_at=next_at, at=now
        )
    log.info("report_mailed", delivery=delivery.pk, state=str(state), problem=problem)
