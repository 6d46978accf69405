"""What every request gets: a reference number in log and error page, and the page's frame."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone

from config.logs import tracebacks
from demo.logins import PASSWORD, logins
from teams.calendar import oslo_date

reference: ContextVar[str] = ContextVar("reference", default="")


class RequestIdMiddleware:
    """A short reference number per request, and no-store on every answer but static files (pasientjournalloven § 22).

    Also on those that are given before anybody has logged in: an error, a redirect and the login page say things too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = reference.set(secrets.token_hex(4))
        try:
            response = self.get_response(request)
        finally:
            number = reference.get()
            reference.reset(token)
        response["X-Reference"] = number
        response["Cache-Control"] = "no-store"
        return response


class MethodNotAllowedMiddleware:
    """Whoever opens an address that only takes forms gets a page that says so, not an empty answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = _error(request, response.status_code).content
        return response


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: who and where, the navigation, and whether this is the demo."""
    from config.navigation import entries
    from teams.accesses import runs_out_soon

    member = getattr(request, "member", None)
    return {
        "member": member,
        "places": getattr(request, "places", []),
        "navigation": entries(request, member) if member else [],
        "reference": reference.get(),
        "access_ends": member.access_until
        if member and runs_out_soon(member, oslo_date(timezone.now()))
        else None,
        "idle_seconds": settings.IDLE_SECONDS,
        "demo_logins": logins(),
        "demo_password": PASSWORD if settings.DEMO else "",
    }


def _with_reference(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if number := reference.get():
        line["reference"] = number
    return line


def log_formatter() -> logging.Formatter:
    """Key-value lines, with the reference number. Nobody logs names or numbers of patients."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            _with_reference,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(tracebacks),
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "logger", "event"], bool_as_flag=False
            ),
        ],
    )


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, "error.html", {"status": status, "reference": reference.get()}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Nothing of it has been read. The same words as the form has for a little too much.
    return _error(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error(request, 404)


def too_many(request: HttpRequest) -> HttpResponse:
    return _error(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before somebody logged in anew or changed clinics: nothing is saved, and the page says so."""
    return render(request, "error.html", {"status": "stale", "reference": reference.get()}, status=403)
