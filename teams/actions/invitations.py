"""A link that is good once: somebody gets a login for their place, or a new password.

The token is random and long, and stands nowhere here: only its hash is kept, so that whoever reads the database opens
nothing with it. A new link to the same member ends the one before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from teams.accesses import has_more_elsewhere
from teams.actions.access import revoke_links
from teams.calendar import oslo_date
from teams.models import Access, Invitation, Member, Purpose, User
from teams.permissions import TABLE, Permission, require
from teams.wall import clinic_scope, invitation_scope

GOOD_FOR = dt.timedelta(days=7)
TOKEN_BYTES = 32
log = structlog.get_logger()


def hash_of(token: str) -> str:
    """What is kept of a token. It is random and long: no slow hash is needed to keep it from being guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_link(member_id: int, *, by: Member, at: dt.datetime) -> tuple[Invitation, str]:
    """A new link to the member, and its token, which is told this once.

    Raises PermissionDenied, Member.DoesNotExist (another clinic's), ValueError: "ended" (works here no more),
    "no_access" (withdrawn, or has run out), and for somebody who has a login: "own" (one's own password is changed
    otherwise), "more" (may more than whoever asks), "elsewhere" (is somebody in another clinic too, who would then
    be open to this one: only whoever runs Fordel gives that link).
    """
    require(by, Permission.MANAGE_MEMBERS)
    rows = Member.objects.visible_to(by).select_for_update(of=("self",))
    member: Member = rows.get(pk=member_id)
    today = oslo_date(at)
    _check_may_come(member, today)
    if member.user is not None:
        if member == by:
            raise ValueError("own")
        if not TABLE[Access(member.access)] <= TABLE[Access(by.access)]:
            raise ValueError("more")
        if has_more_elsewhere(member.user, by.clinic_id, today):
            raise ValueError("elsewhere")
    return _make(member, by, at)


@transaction.atomic
def make_link_as_operator(member: Member, *, at: dt.datetime) -> tuple[Invitation, str]:
    """Whoever runs Fordel gives it, having made sure by other means who asks. Raises ValueError: "ended", "no_access"."""
    _check_may_come(member, oslo_date(at))
    return _make(member, None, at)


@transaction.atomic
def take_link_back(member_id: int, *, by: Member, at: dt.datetime) -> bool:
    """The open link is good no more; False when there was none. Raises PermissionDenied, Member.DoesNotExist."""
    require(by, Permission.MANAGE_MEMBERS)
    member = Member.objects.visible_to(by).get(pk=member_id)
    return revoke_links(Q(member=member), clinic_id=by.clinic_id, at=at) > 0


def look(token_hash: str, *, at: dt.datetime) -> Invitation:
    """What the link is for. Raises Invitation.DoesNotExist when it is good no more, whyever."""
    with _held(token_hash, at) as invitation:
        return invitation


def join_as_new(token_hash: str, username: str, password: str, *, at: dt.datetime) -> User:
    """A new login, and the place that the link is to. Raises Invitation.DoesNotExist, ValueError("username"): taken."""
    with _held(token_hash, at) as invitation:
        _check_purpose(invitation, Purpose.JOIN)
        user = User(username=username)
        user.set_password(password)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as taken:
            raise ValueError("username") from taken
        _join(invitation, user, at)
        return user


def join_as(token_hash: str, user: User, *, at: dt.datetime) -> None:
    """The place goes to a login that is there already. Raises Invitation.DoesNotExist, ValueError("has_place"): in this clinic."""
    with _held(token_hash, at) as invitation:
        _check_purpose(invitation, Purpose.JOIN)
        if Member.objects.filter(clinic=invitation.clinic_id, user=user).exists():
            raise ValueError("has_place")
        _join(invitation, user, at)


def set_password(token_hash: str, password: str, *, at: dt.datetime) -> User:
    """Ends every session of that login. Raises Invitation.DoesNotExist; also when the user got more elsewhere since."""
    with _held(token_hash, at) as invitation:
        _check_purpose(invitation, Purpose.PASSWORD)
        user = invitation.member.user
        if user is None or (
            invitation.by_id and has_more_elsewhere(user, invitation.clinic_id, oslo_date(at))
        ):
            raise Invitation.DoesNotExist
        user.set_password(password)
        user.save(update_fields=["password"])
        _use(invitation, user, at)
        return user


def _make(member: Member, by: Member | None, at: dt.datetime) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    revoke_links(Q(member=member), clinic_id=member.clinic_id, at=at)
    made = Invitation.objects.create(
        clinic_id=member.clinic_id, member=member, by=by, token_hash=hash_of(token), made_at=at,
        expires_at=at + GOOD_FOR, purpose=Purpose.PASSWORD if member.user_id else Purpose.JOIN,
    )  # fmt: skip
    return made, token


def _check_may_come(member: Member, today: dt.date) -> None:
    if member.ends_on is not None and member.ends_on < today:
        raise ValueError("ended")
    if member.access_until is None or member.access_until < today:
        raise ValueError("no_access")


@contextmanager
def _held(token_hash: str, at: dt.datetime) -> Iterator[Invitation]:
    """The open invitation, in its clinic, locked: of two who use it at once the second finds it used."""
    with invitation_scope(token_hash):
        found = Invitation.objects.filter(token_hash=token_hash).values_list("clinic", flat=True).first()
        if found is None:
            raise Invitation.DoesNotExist
        with clinic_scope(found):
            rows = Invitation.objects.select_for_update(of=("self",)).select_related(
                "member__user", "by", "clinic"
            )
            invitation: Invitation = rows.get(
                token_hash=token_hash, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at
            )  # fmt: skip
            try:
                _check_may_come(invitation.member, oslo_date(at))
            except ValueError as over:
                raise Invitation.DoesNotExist from over
            yield invitation


def _check_purpose(invitation: Invitation, purpose: Purpose) -> None:
    if invitation.purpose != purpose or (purpose == Purpose.JOIN) == bool(invitation.member.user_id):
        raise Invitation.DoesNotExist


def _join(invitation: Invitation, user: User, at: dt.datetime) -> None:
    invitation.member.user = user
    invitation.member.save(update_fields=["user"])
    _use(invitation, user, at)


def _use(invitation: Invitation, user: User, at: dt.datetime) -> None:
    invitation.used_at, invitation.used_by = at, user
    invitation.save(update_fields=["used_at", "used_by"])
    log.info("invitation_used", invitation=invitation.pk, purpose=str(invitation.purpose))
