"""What people keep at their desk, and the names that a filter's numbers stand for."""

from __future__ import annotations

from patients.naming import named
from tasks.filters import Filter
from tasks.models import SavedView, Task, TaskKind
from teams.models import Member


def saved_views(member: Member, page: str) -> list[tuple[int, str, str]]:
    """(id, name, query) of the member's own views of a page, by name. One query."""
    found = SavedView.objects.visible_to(member).filter(member=member, page=page)
    return list(found.values_list("id", "name", "query"))


def filter_names(wanted: Filter, member: Member) -> dict[str, str]:
    """Words for the kind, the patient and the colleague that a filter names by number. At most three queries.

    What the member's clinic does not have is left out, whatever stands in the address.
    """
    found: dict[str, str] = {}
    if wanted.kind and (
        name := TaskKind.objects.filter(pk=wanted.kind).values_list("name", flat=True).first()
    ):
        found["kind"] = name
    if wanted.patient:
        of_patient = Task.objects.visible_to(member).filter(patient=wanted.patient)
        names = of_patient.values_list("patient__given_name", "patient__family_name").first()
        found |= {"patient": named(wanted.patient, " ".join(names))} if names else {}
    if isinstance(wanted.who, int):
        colleague = Member.objects.visible_to(member).filter(pk=wanted.who)
        name = colleague.values_list("name", flat=True).first()
        found |= {"who": name} if name else {}
    return found


def kinds_to_choose() -> list[tuple[int, str]]:
    """(id, name) of the whole catalogue, in its order. One query."""
    return list(TaskKind.objects.values_list("id", "name"))
