"""Every request runs in one transaction, as the application's role, inside the member's clinic.

Innermost in the list, so that the view and nothing else runs inside the scope. Whoever is not logged in
gets a scope without a clinic: every walled table is then empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from teams.models import Member, User
from teams.queries import places_of
from teams.wall import clinic_scope, enter_clinic

# In the session of somebody who logged in for one organisation (login/oidc): the only clinic they work in meanwhile.
ONLY_CLINIC = "only_clinic"


class MemberRequest(HttpRequest):
    """What views get: a logged-in user in a place of theirs."""

    htmx: HtmxDetails
    user: User
    member: Member
    places: list[Member]


class MemberMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: Any,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase:
        user = request.user
        with clinic_scope(None, user_id=user.pk if user.is_authenticated else None):
            if user.is_authenticated:
                self._choose_place(request)
                if request.member is None and hasattr(view, "permission"):
                    return HttpResponseRedirect(reverse("no_place"))
            response = view(request, *args, **kwargs)
            # A lazily rendered response would run its queries outside the scope.
            if isinstance(response, TemplateResponse):
                response = response.render()
            self.answered(request, response)
            return response

    def answered(self, request: Any, response: HttpResponseBase) -> None:
        """For rooms above: the last thing in the scope, when the answer is whole and nobody has it yet."""

    @staticmethod
    def _choose_place(request: Any) -> None:
        """The place chosen earlier in the session, else the first; None for a user without a place."""
        places = places_of(request.user)
        if (only := request.session.get(ONLY_CLINIC)) is not None:
            places = [place for place in places if place.clinic_id == only]
        chosen = request.session.get("member_id")
        request.places = places
        request.member = next((p for p in places if p.pk == chosen), places[0] if places else None)
        if request.member:
            enter_clinic(request.member.clinic_id)
