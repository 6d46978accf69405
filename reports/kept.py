"""A closed week's page, kept for an hour: what stands in it changes only when a report is made or its charts are.

Kept by the report, the clinic's newest report, and what the reader may do; never with a line about a person in it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.core.cache import cache
from django.utils.safestring import SafeString
from redis.exceptions import RedisError

HOUR = 3600  # seconds: whom a draft would be for may change, and so may the words of a new version


def kept(key: str, made: Callable[[], str]) -> SafeString:
    """What is kept under the key, else what is made now, which is kept. Without Valkey it is made each time."""
    try:
        found: str | None = cache.get(key)
    except RedisError:
        return SafeString(made())
    if found is None:
        found = made()
        with suppress(RedisError):
            cache.set(key, found, HOUR)
    return SafeString(found)
