"""Logins that have been begun and wait for their answer: in the browser's own session, so that nobody else's will do.

An answer is taken out before it is looked at and cannot be used again, however it goes.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from django.contrib.sessions.backends.base import SessionBase, UpdateError

from login.oidc.providers import Provider
from login.oidc.refusals import Reason, Refused

KEY = "oidc_waiting"
SECONDS = 600
MOST = 5  # one for each tab somebody may have tried from


@dataclass(frozen=True, slots=True)
class Waiting:
    provider: str
    nonce: str
    verifier: str
    onward: str
    since: float


def put(session: SessionBase, state: str, waiting: Waiting) -> None:
    kept = sorted(session.get(KEY, {}).items(), key=lambda item: item[1]["since"])[-(MOST - 1) :]
    session[KEY] = {**dict(kept), state: asdict(waiting)}


def take(session: SessionBase, state: str, provider: Provider) -> Waiting:
    """Raises Refused when nothing waits for this answer."""
    kept = session.get(KEY, {})
    found = kept.pop(state, None)
    if found is None:
        raise Refused(Reason.STATE, "unknown")
    session[KEY] = kept
    try:
        # Now, and not with the answer: a session is not saved with an answer that tells of an error.
        session.save()
    except UpdateError:  # ended meanwhile, in another tab
        raise Refused(Reason.STATE, "ended") from None
    waiting = Waiting(**found)
    if waiting.provider != provider.id:
        raise Refused(Reason.MIX_UP, "provider")
    if time.time() - waiting.since > SECONDS:
        raise Refused(Reason.STATE, "old")
    return waiting


def clear(session: SessionBase) -> None:
    session.pop(KEY, None)
