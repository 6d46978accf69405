"""Every address there is, and what it asks of whoever opens it: read from the addresses themselves, nothing kept beside.

Printed for a security officer (`bin/manage permissions`, and a page of its own), and what the tests walk.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import Resolver404, get_resolver, resolve
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver

from teams.permissions import Permission

ROOMS = ("config", "teams", "login", "patients", "tasks", "reports", "scenarios", "rights")
# What Django's own decorators and most views take: none of them says what it takes, so it takes these.
ANY_METHOD = ("GET", "POST")


@dataclass(frozen=True, slots=True)
class Address:
    """One address: its name, its path as written, what it takes, and what it asks."""

    name: str
    path: str
    room: str
    methods: tuple[str, ...]
    permission: Permission | None
    open: bool  # also for nobody: no login is asked for
    closed: bool  # another address stands before it: what a library brings and Fordel does not offer
    kwargs: tuple[str, ...]

    @property
    def own(self) -> bool:
        return self.room in ROOMS


@cache
def addresses() -> tuple[Address, ...]:
    """In the order in which they are tried."""
    return tuple(_walk(get_resolver(), "", ()))


def _walk(resolver: URLResolver, before: str, above: tuple[str, ...]) -> Iterator[Address]:
    for each in resolver.url_patterns:
        path, names = before + str(each.pattern), (*above, *_kwargs(each))
        if isinstance(each, URLResolver):
            yield from _walk(each, path, names)
        else:
            yield _address(each, path, names)


def _kwargs(each: URLPattern | URLResolver) -> tuple[str, ...]:
    if isinstance(each.pattern, RoutePattern):
        return tuple(each.pattern.converters)
    return tuple(getattr(each.pattern, "regex").groupindex)  # noqa: B009  # of the regex kind only


def _address(each: URLPattern, path: str, names: tuple[str, ...]) -> Address:
    view: Any = each.callback
    path = "/" + path.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    return Address(
        name=each.name or "",
        path=path,
        room=view.__module__.split(".")[0],
        methods=_methods(view),
        permission=getattr(view, "permission", None),
        open=not getattr(view, "login_required", True),
        closed=bool(each.name) and not _reached(path, view),
        kwargs=names,
    )


def filled(path: str, values: Mapping[str, object] | None = None) -> str:
    """The path as somebody would ask for it; with «1» for what is not said."""
    told = values or {}
    for part in (r"\(\?P<(\w+)>[^)]*\)", r"<(?:\w+:)?(\w+)>"):
        path = re.sub(part, lambda found: str(told.get(found[1], 1)), path)
    return path.replace("^", "")


def _reached(path: str, view: Any) -> bool:
    try:
        return resolve(filled(path)).func is view
    except Resolver404:
        return False


def _methods(view: Any) -> tuple[str, ...]:
    """What `require_http_methods` and its like let through, which they keep to themselves: HEAD and the like left out."""
    while view is not None:
        if inspect.isfunction(view):
            listed = inspect.getclosurevars(view).nonlocals.get("request_method_list")
            if listed:
                return tuple(method for method in ANY_METHOD if method in listed)
        of_class = getattr(view, "view_class", None)
        if of_class is not None:
            return tuple(m for m in ANY_METHOD if hasattr(of_class, m.lower()))
        view = getattr(view, "__wrapped__", None)
    return ANY_METHOD
