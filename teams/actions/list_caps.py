"""How many patients a doctor has agreed to have on the list (listetak)."""

from __future__ import annotations

from django.db import transaction

from teams.models import Member, Profession
from teams.permissions import Permission, require

CAP_MAX = 5_000


@transaction.atomic
def set_list_cap(member_id: int, cap: int | None, *, by: Member) -> Member:
    """Set it, or forget it (None). Raises PermissionDenied, Member.DoesNotExist, ValueError("cap") beyond 1–5,000."""
    require(by, Permission.MANAGE_MEMBERS)
    if cap is not None and not 0 < cap <= CAP_MAX:
        raise ValueError("cap")
    doctors = Member.objects.visible_to(by).filter(profession=Profession.DOCTOR)
    member: Member = doctors.select_for_update(of=("self",)).get(pk=member_id)
    member.list_cap = cap
    member.save(update_fields=["list_cap"])
    return member
