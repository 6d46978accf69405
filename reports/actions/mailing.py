"""Sending closed weeks by e-mail: to everybody who asked, to nobody twice.

A delivery is marked as being sent, and that is committed, before the mail server is asked. If the worker dies in
between, nobody knows whether the server took it: it is then told as unsure, and only a person sends it again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
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
# Minutes from one attempt to the next; after the last of them it is given up, and shown.
PAUSES = (10, 30, 60, 120, 240)
LOST = dt.timedelta(minutes=15)  # a worker that has been at one for so long is gone
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


def send_waiting(*, clock: Callable[[], dt.datetime]) -> int:
    """Send what waits, one at a time and each over a line of its own; how many were tried. One that fails stops no
    other; a server that does not answer stops them all until the next time, since it would keep each waiting.
    """
    if not settings.EMAIL_HOST:
        return 0
    tried = 0
    while (delivery := _take(clock())) is not None:
        tried += 1
        state, problem, answers = _try(delivery, clock())
        _note(delivery, state, problem, clock())
        if not answers:
            break
    return tried


def _take(now: dt.datetime) -> Delivery | None:
    """Mark one as being sent; nobody else takes it. What a lost worker had is told as unsure."""
    with jobs_scope():
        lost = Delivery.objects.filter(state=Sending.SENDING, at__lt=now - LOST)
        lost.update(state=Sending.UNSURE, at=now)
        waiting = Delivery.objects.filter(state=Sending.WAITING, next_at__lte=now)
        row = waiting.select_for_update(skip_locked=True).order_by("next_at", "id").first()
        if row is None:
            return None
        Delivery.objects.filter(pk=row.pk).update(state=Sending.SENDING, attempts=F("attempts") + 1, at=now)
        found: Delivery = Delivery.objects.select_related("report", "recipient__member__clinic").get(
            pk=row.pk
        )
        return found


def _try(delivery: Delivery, now: dt.datetime) -> tuple[str, str, bool]:
    """What became of it, what the server said if it said no, and whether it answers at all."""
    member, today = delivery.recipient.member, oslo_date(now)
    if not member.is_let_in(today) or not may(member, Permission.SEE_REPORTS):
        return Sending.FAILED, "access", True
    try:
        with jobs_scope():
            trend = queries.trends([delivery.report])[delivery.report_id]
            mail = message(delivery, trend, queries.lines_of(delivery.report, None))
    except (ValueError, RuntimeError, LookupError) as problem:
        # Nothing was sent, and the next one may be well: told of, and a person may try it again.
        log.exception("report_mail_not_made", delivery=delivery.pk)
        return Sending.FAILED, type(problem).__name__, True
    return _send(mail)


def _send(mail: EmailMultiAlternatives) -> tuple[str, str, bool]:
    """Over a line of its own, so that no dead one is used again."""
    server = get_connection()
    try:
        server.open()
    except (SMTPException, OSError) as problem:
        return Sending.WAITING, type(problem).__name__, False
    try:
        server.send_messages([mail])
    except SMTPRecipientsRefused as refused:
        return *_refused([code for code, _said in refused.recipients.values()]), True
    except SMTPResponseException as refused:
        return *_refused([refused.smtp_code]), True
    except ValueError as problem:
        # No header can be made of the address: nothing was sent, and the others still get theirs.
        return Sending.FAILED, type(problem).__name__, True
    except (SMTPException, OSError) as problem:
        # Gone in the middle: the server may have taken it.
        return Sending.UNSURE, type(problem).__name__, True
    finally:
        with suppress(SMTPException, OSError):
            server.close()
    return Sending.SENT, "", True


def _refused(codes: Sequence[int]) -> tuple[str, str]:
    code = max(codes, default=0)
    return (Sending.FAILED if code >= PERMANENT else Sending.WAITING), f"SMTP {code}"


def _note(delivery: Delivery, state: str, problem: str, now: dt.datetime) -> None:
    next_at = now
    if state == Sending.WAITING:
        tried = delivery.attempts - 1
        if tried < len(PAUSES):
            next_at = now + dt.timedelta(minutes=PAUSES[tried])
        else:
            state = Sending.FAILED
    with jobs_scope():
        # Only this attempt's: a worker that was taken for lost writes over nobody.
        own = Delivery.objects.filter(pk=delivery.pk, state=Sending.SENDING, attempts=delivery.attempts)
        own.update(state=state, problem=problem[:60], next_at=next_at, at=now)
    log.info("report_mailed", delivery=delivery.pk, state=str(state), problem=problem)
