"""What a measured web server tells of one request when it is asked to: its statements, or where its time went."""

from __future__ import annotations

import cProfile
import io
import pstats
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

MOST_LINES = 60


class Watching:
    """Outermost, so that the session's and the walls' statements count too. Never in the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("HTTP_X_BENCH")
        if asked is None:
            return self.get_response(request)
        return self._counted(request) if asked == "statements" else self._profiled(request, asked)

    def _counted(self, request: HttpRequest) -> HttpResponse:
        """The page, with how many statements Django sent for it (BEGIN and COMMIT are not among them)."""
        sent: list[str] = []

        def count(execute: Callable[..., Any], text: Any, params: Any, many: bool, context: Any) -> Any:
            sent.append(" ".join(str(text).split())[:300])
            return execute(text, params, many, context)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response["X-Bench-Statements"] = str(len(sent))
        return response

    def _profiled(self, request: HttpRequest, order: str) -> HttpResponse:
        """Instead of the page, its functions by `cumulative` or `tottime`."""
        profile = cProfile.Profile()
        profile.runcall(self.get_response, request)
        told = io.StringIO()
        pstats.Stats(profile, stream=told).sort_stats(order).print_stats(MOST_LINES)
        return HttpResponse(told.getvalue(), content_type="text/plain")
