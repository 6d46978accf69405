"""The permission table is one, is printed, and is asked by every view."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from django.urls import get_resolver

from teams.management.commands.permissions import printed
from teams.models import Access, Member, Profession
from teams.permissions import Permission, may

# "municipality" asks who leads it: what it reads is walled by the user.
FREE = {"first_page", "health", "choose_place", "no_place", "municipality"}


def test_the_printed_table_is_todays() -> None:
    text = (Path(__file__).parents[2] / "docs/permissions.md").read_text(encoding="utf-8")
    assert text.endswith(printed())


def test_every_own_address_asks_for_a_permission() -> None:
    """A view without a permission is one of the few that everybody may open, and is named here."""
    own: list[Any] = [p for p in get_resolver().url_patterns if getattr(p, "name", None)]
    for room in cast("list[Any]", get_resolver().url_patterns):
        if getattr(getattr(room, "urlconf_name", None), "__name__", "").split(".")[0] in {
            "teams", "patients", "tasks", "reports", "scenarios",
        }:  # fmt: skip
            own += room.url_patterns
    unguarded = {p.name for p in own if not hasattr(p.callback, "permission")}
    assert unguarded == FREE


@pytest.mark.parametrize(
    ("access", "profession", "permission", "allowed"),
    [
        (Access.STAFF, Profession.DOCTOR, Permission.APPROVE_PROGRAMMES, True),
        (Access.LEADER, Profession.NURSE, Permission.APPROVE_PROGRAMMES, False),
        (Access.MANAGER, "", Permission.SEE_PATIENTS, False),
        (Access.MANAGER, "", Permission.SEE_REPORTS, True),
        (Access.LEADER, "", Permission.DO_TASKS, False),
        (Access.ADMINISTRATOR, "", Permission.SEE_PATIENTS, False),
    ],
)
def test_may(access: Access, profession: str, permission: Permission, allowed: bool) -> None:
    assert may(Member(access=access, profession=profession), permission) is allowed
