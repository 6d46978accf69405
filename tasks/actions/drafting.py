"""The next version of a programme, as a draft: written by leaders and doctors, in force when a doctor approves it."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tasks.actions.changing import Changed
from tasks.life import NotAllowed
from tasks.models import Programme, TaskKind
from tasks.programme_checks import sound
from tasks.programme_text import ProgrammeText, to_json
from tasks.queries.programmes import in_force, read_digest
from teams.models import Member
from teams.permissions import Permission, may

_NORWEGIAN = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "ae", "Ø": "o", "Å": "a"})


def may_draft(member: Member) -> bool:
    """Whoever starts plans for whole lists, and doctors."""
    return may(member, Permission.START_PLANS) or may(member, Permission.APPROVE_PROGRAMMES)


@transaction.atomic
def draft_programme(text: ProgrammeText, *, by: Member, at: dt.datetime) -> Programme:
    """A programme of the clinic's own, proposed until a doctor approves it. Raises PermissionDenied, Unsound."""
    _require_drafting(by)
    sound(text, kinds=_kinds())
    programme: Programme = Programme.objects.create(
        clinic_id=by.clinic_id, slug=_free_slug(text.name, by), name=text.name, certainty=text.certainty,
        by_condition=text.by_condition, draft=to_json(text), drafted_by=by, drafted_at=at,
    )  # fmt: skip
    return programme


@transaction.atomic
def save_draft(
    programme_id: int, text: ProgrammeText, *, read: str, by: Member, at: dt.datetime
) -> Programme:
    """Other words for the next version; what is in force stays so. `read`: the digest of what the writer began with.

    The words in force, or as proposed, are no draft: then there is none. Raises PermissionDenied,
    Programme.DoesNotExist, NotAllowed (out of use), Changed (other words, or approved, since), Unsound.
    """
    _require_drafting(by)
    programme = _take(programme_id, by)
    if programme.state == Programme.State.RETIRED:
        raise NotAllowed(
            _("Programmet er tatt ut av bruk. En lege må ta det i bruk igjen før det kan endres.")
        )
    if read_digest(programme) != read:
        raise Changed(_("Programmet er endret av andre siden du åpnet det. Se hva som er nytt under."))
    before = in_force(programme)
    sound(text, kinds=_kinds(), before=before)
    same = text == before
    programme.draft = None if same else to_json(text)
    programme.drafted_by, programme.drafted_at = (None, None) if same else (by, at)
    programme.save(update_fields=["draft", "drafted_by", "drafted_at"])
    return programme


@transaction.atomic
def discard_draft(programme_id: int, *, read: str, by: Member, at: dt.datetime) -> Programme:
    """What is in force, or was proposed, is all there is again. `at` is when, for whoever asks the log.

    Raises PermissionDenied, Programme.DoesNotExist, Changed (other words since), NotAllowed: of a programme that is
    nothing but a draft nothing would be left (it can be taken out of use).
    """
    _require_drafting(by)
    programme = _take(programme_id, by)
    if programme.draft is None or read_digest(programme) != read:
        raise Changed(_("Utkastet er endret eller forkastet av andre. Se på det en gang til."))
    if not programme.steps.exists():
        raise NotAllowed(_("Programmet er bare et utkast. Legen kan ta det ut av bruk."))
    programme.draft, programme.drafted_by, programme.drafted_at = None, None, None
    programme.save(update_fields=["draft", "drafted_by", "drafted_at"])
    return programme


def _require_drafting(by: Member) -> None:
    if not may_draft(by):
        raise PermissionDenied("draft_programme")


def _take(programme_id: int, by: Member) -> Programme:
    programme: Programme = (
        Programme.objects.visible_to(by).select_for_update(of=("self",)).get(pk=programme_id)
    )
    return programme


def _kinds() -> set[str]:
    return set(TaskKind.objects.values_list("slug", flat=True))


def _free_slug(name: str, by: Member) -> str:
    """«Høyt stoffskifte» → `hoyt-stoffskifte`, with a number when there is one already."""
    wanted = slugify(name.translate(_NORWEGIAN))[:34] or "program"
    had = set(Programme.objects.visible_to(by).filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(s for s in (wanted, *(f"{wanted}-{n}" for n in range(2, 10_000))) if s not in had)
