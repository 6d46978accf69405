"""The permission table is one, is printed, and is asked by every view."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from django.urls import get_resolver

from teams.addresses import addresses
from teams.management.commands.permissions import printed
from teams.matrix import MEANING, room_lines
from teams.models import Access, Member, Profession
from teams.permissions import Permission, may
from tests.conftest import Cast, logged_in

# Whoever logs in through a provider, or opens an invitation, is nobody yet.
# "municipality" asks who leads it: what it reads is walled by the user.
FREE = {
    "first_page", "health", "choose_place", "no_place", "municipality", "oidc_start", "oidc_answer", "invitation",
    "open_invitation",
}  # fmt: skip
# One's own login is everybody's.
FREE |= {"session_state", "unlocked", "usersessions_list", "end_session", "mfa_activate_totp", "mfa_deactivate_totp",
         "mfa_add_webauthn", "mfa_remove_webauthn"}  # fmt: skip


def test_the_printed_matrix_is_todays() -> None:
    """`bin/manage permissions > docs/permissions.md` writes it."""
    text = (Path(__file__).parents[2] / "docs/permissions.md").read_text(encoding="utf-8")
    assert text == printed()


def test_every_right_says_what_it_means() -> None:
    assert set(MEANING) == set(Permission)
    assert all(str(meaning) for meaning in MEANING.values())


def test_every_address_is_in_the_matrix() -> None:
    told = [line.name for room in room_lines() for line in room.lines]
    assert sorted(told) == sorted(a.name for a in addresses() if a.name)
    by_name = {line.name: line for room in room_lines() for line in room.lines}
    assert by_name["approve_programme"].answers[:4] == (
        "200 for lege, ellers 403",
        "200 for lege, ellers 403",
        "403",
        "403",
    )
    assert by_name["approve_programme"].methods == "POST"
    assert by_name["invitation"].answers[-1] == "200"
    assert by_name["my_day"].answers[-2:] == ("302 til «ingen plass»", "302 til innlogging")


def test_the_matrix_is_a_page_for_everybody_who_works_here(solbakken: Cast) -> None:
    for somebody in (solbakken.nurse, solbakken.manager, solbakken.doctor):
        text = logged_in(somebody).get("/team/tilganger/matrise/").content.decode()
        assert "manage_members" in text
        assert "/oppgave/&lt;int:task_id&gt;/" in text


def test_every_own_address_asks_for_a_permission() -> None:
    """A view without a permission is one of the few that everybody may open, and is named here."""
    own: list[Any] = [p for p in get_resolver().url_patterns if getattr(p, "name", None)]
    for room in cast("list[Any]", get_resolver().url_patterns):
        if getattr(getattr(room, "urlconf_name", None), "__name__", "").split(".")[0] in {
            "teams", "login", "patients", "tasks", "reports", "scenarios", "rights",
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
