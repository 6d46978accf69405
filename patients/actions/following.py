"""Conditions that a clinic follows beyond the common table: imports keep them from then on."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from patients.imports.codes import followed, icpc2_code
from patients.models import FollowedCode
from teams.models import Member
from teams.permissions import Permission, require


@transaction.atomic
def follow_codes(codes: Iterable[str], *, by: Member) -> list[str]:
    """Follow these ICPC-2 codes too. Returns those that were not followed before, in order.

    Told by the doctor who approves a programme for them. Raises PermissionDenied, ValueError("icpc2").
    """
    require(by, Permission.APPROVE_PROGRAMMES)
    wanted = sorted(set(codes))
    if any(icpc2_code(code) != code for code in wanted):
        raise ValueError("icpc2")
    had = {*followed(), *FollowedCode.objects.visible_to(by).values_list("icpc2", flat=True)}
    new = [code for code in wanted if code not in had]
    rows = [FollowedCode(clinic_id=by.clinic_id, icpc2=code) for code in new]
    FollowedCode.objects.bulk_create(rows, ignore_conflicts=True)
    return new
