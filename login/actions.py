"""What changes in how people get in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest

from login import keeping, second_factor
from login.factors import step_of
from teams.models import User


@transaction.atomic
def use_code(authenticator: Authenticator, code: str) -> bool:
    """A code is good once (RFC 6238, 5.2), whatever happens to the cache; nor is one from before it."""
    kept = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    step = step_of(keeping.decrypt(kept.data["secret"]), code)
    if step is None or step <= kept.data.get("last_step", -1):
        return False
    kept.data["last_step"] = step
    kept.save(update_fields=["data"])
    authenticator.data = kept.data
    return True


@transaction.atomic
def factor_added(request: HttpRequest, authenticator: Authenticator) -> None:
    """The session that set it up has shown it. The user's others have not, and end."""
    if not second_factor.is_shown(request):
        end_other_sessions(request)
    second_factor.show(request, authenticator)


def factor_removed(request: HttpRequest, user: User) -> None:
    if not Authenticator.objects.filter(user=user, type__in=second_factor.FACTORS).exists():
        second_factor.forget(request)


@transaction.atomic
def end_session(user: User, session_id: int) -> None:
    """One of one's own; somebody else's is not found."""
    UserSession.objects.get(pk=session_id, user=user).end()


def end_other_sessions(request: HttpRequest) -> None:
    for session in UserSession.objects.filter(user=request.user).exclude(
        session_key=request.session.session_key
    ):
        session.end()


@transaction.atomic
def remove_factors(user: User) -> None:
    """Somebody has lost phone and recovery codes. They log in by password and must set a factor up anew."""
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
