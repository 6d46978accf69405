"""What a member keeps for themselves: views of a page under a name."""

from __future__ import annotations

from django.db import transaction

from tasks.filters import Filter
from tasks.models import SavedView
from teams.models import Member
from teams.permissions import Permission, require

MOST_VIEWS = 20  # of one page
PAGES = ("my_day",)


@transaction.atomic
def save_view(*, by: Member, page: str, name: str, wanted: Filter) -> SavedView:
    """Keep the filter under this name; a view of the same name is written over.

    Raises ValueError("name") for an empty or too long one, ValueError("views") when there are twenty already,
    ValueError("page") for a page without views.
    """
    require(by, Permission.DO_TASKS)
    name = " ".join(name.split())
    if page not in PAGES:
        raise ValueError("page")
    if not 0 < len(name) <= 40:
        raise ValueError("name")
    mine = SavedView.objects.visible_to(by).filter(member=by, page=page)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise ValueError("views")
    view, _new = mine.update_or_create(
        name=name, defaults={"query": wanted.query()},
        create_defaults={"clinic_id": by.clinic_id, "member": by, "page": page, "name": name, "query": wanted.query()},
    )  # fmt: skip
    kept: SavedView = view
    return kept


@transaction.atomic
def delete_view(view_id: int, *, by: Member) -> SavedView:
    """Forget one of one's own views. Raises SavedView.DoesNotExist for anybody else's."""
    require(by, Permission.DO_TASKS)
    view: SavedView = SavedView.objects.visible_to(by).select_for_update().get(pk=view_id, member=by)
    view.delete()
    return view
