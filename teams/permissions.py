"""Who may do what: one table, printed by `bin/manage permissions` into docs/permissions.md.

Access gives permissions; a few of them also ask for a profession, since a law or a doctor's
responsibility stands behind them (programmes are approved by a doctor; a delegation is a doctor's own).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from teams.models import Access, Member, Profession

if TYPE_CHECKING:
    from teams.middleware import MemberRequest

P = ParamSpec("P")


class Permission(StrEnum):
    SEE_PATIENTS = "see_patients"
    DO_TASKS = "do_tasks"
    DELEGATE = "delegate"
    ASSIGN_TASKS = "assign_tasks"
    SEE_TEAM = "see_team"
    SEE_PROGRAMMES = "see_programmes"
    APPROVE_PROGRAMMES = "approve_programmes"
    PLAN_PATIENTS = "plan_patients"
    START_PLANS = "start_plans"
    IMPORT_PATIENTS = "import_patients"
    SEE_REPORTS = "see_reports"
    SEE_PERSON_REPORTS = "see_person_reports"
    OPEN_NUMBERS = "open_numbers"
    MANAGE_MEMBERS = "manage_members"
    READ_ACCESS_LOG = "read_access_log"
    CONTROL_ACCESS = "control_access"
    BLOCK_PATIENTS = "block_patients"
    BREAK_GLASS = "break_glass"
    PATIENT_RIGHTS = "patient_rights"
    DECIDE_DELETION = "decide_deletion"


_STAFF = {
    Permission.SEE_PATIENTS,
    Permission.DO_TASKS,
    Permission.DELEGATE,
    Permission.SEE_TEAM,
    Permission.SEE_PROGRAMMES,
    Permission.APPROVE_PROGRAMMES,
    Permission.PLAN_PATIENTS,
    Permission.SEE_REPORTS,
}

TABLE: dict[Access, frozenset[Permission]] = {
    Access.STAFF: frozenset(_STAFF),
    Access.LEADER: frozenset(
        _STAFF
        | {
            Permission.ASSIGN_TASKS,
            Permission.START_PLANS,
            Permission.IMPORT_PATIENTS,
            Permission.SEE_PERSON_REPORTS,
            Permission.OPEN_NUMBERS,
            Permission.MANAGE_MEMBERS,
            Permission.READ_ACCESS_LOG,
            Permission.CONTROL_ACCESS,
            Permission.BLOCK_PATIENTS,
            Permission.BREAK_GLASS,
            Permission.PATIENT_RIGHTS,
            Permission.DECIDE_DELETION,
        }
    ),
    Access.MANAGER: frozenset(
        {Permission.SEE_REPORTS, Permission.SEE_TEAM, Permission.SEE_PROGRAMMES, Permission.CONTROL_ACCESS}
    ),
    Access.ADMINISTRATOR: frozenset(
        {
            Permission.SEE_TEAM,
            Permission.SEE_PROGRAMMES,
            Permission.IMPORT_PATIENTS,
            Permission.MANAGE_MEMBERS,
        }
    ),
}

ONLY_PROFESSIONS: dict[Permission, frozenset[Profession]] = {
    Permission.APPROVE_PROGRAMMES: frozenset({Profession.DOCTOR}),
    Permission.DELEGATE: frozenset({Profession.DOCTOR}),
    # Whoever answers for the record (helsepersonelloven §§ 39, 43).
    Permission.DECIDE_DELETION: frozenset({Profession.DOCTOR}),
    Permission.DO_TASKS: frozenset(Profession),
}


def may(member: Member, permission: Permission) -> bool:
    """Does the table give this member the permission?"""
    if permission not in TABLE[Access(member.access)]:
        return False
    professions = ONLY_PROFESSIONS.get(permission)
    return professions is None or member.profession in professions


def require(member: Member, permission: Permission) -> None:
    """Raise PermissionDenied unless the member has it: the first line of an action."""
    if not may(member, permission):
        raise PermissionDenied(permission.value)


def requires(
    permission: Permission,
) -> Callable[
    [Callable[Concatenate[MemberRequest, P], HttpResponseBase]],
    Callable[Concatenate[MemberRequest, P], HttpResponseBase],
]:
    """View decorator: 403 with words for a member without the permission."""

    def decorate(
        view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[MemberRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            require(request.member, permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]  # tests read it
        return cast("Callable[Concatenate[MemberRequest, P], HttpResponseBase]", guarded)

    return decorate
