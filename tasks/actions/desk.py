"""What a member keeps for themselves: views of a page under a name."""

from __future__ import annotations

from typing import Protocol

from django.db import transaction

from tasks.models import SavedView
from teams.models import Member
from teams.permissions import Permission, require

MOST_VIEWS = 20  # of one page
# The pages that keep views, and what somebody needs to see them at all.
PAGES = {"my_day": Permission.DO_TASKS, "patients": Permission.SEE_PATIENTS}


class Kept(Protocol):
    """A filter or a segment: never anybody's name."""

    def query(self) -> str: ...


@transaction.atomic
def save_view(*, by: Member, page: str, name: str, wanted: Kept) -> tuple[SavedView, bool]:
    """Keep the filter under this name, and whether it is a new one; a view of the same name is written over.

    Raises ValueError("name") for an empty or too long one, ValueError("views") when there are twenty already,
    ValueError("page") for a page without views.
    """
    if page not in PAGES:
        raise ValueError("page")
    require(by, PAGES[page])
    name = " ".join(name.split())
    if not 0 < len(name) <= 40:
        raise ValueError("name")
    mine = SavedView.objects.visible_to(by).filter(member=by, page=page)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise ValueError("views")
    view, new = mine.update_or_create(
        name=name, defaults={"query": wanted.query()},
        create_defaults={"clinic_id": by.clinic_id, "member": by, "page": page, "name": name, "query": wanted.query()},
    )  # fmt: skip
    return view, new


@transaction.atomic
def delete_view(view_id: int, *, by: Member) -> SavedView:
    """Forget one of one's own views. Raises SavedView.DoesNotExist for anybody else's."""
    view: SavedView = SavedView.objects.visible_to(by).select_for_update().get(pk=view_id, member=by)
    require(by, PAGES[view.page])
    view.delete()
    return view
