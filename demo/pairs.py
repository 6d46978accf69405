"""What is prepared by one and signed by another: two stories about one thing, lived in order."""

from __future__ import annotations

import datetime as dt

from demo.kind import Kind
from demo.patients import Followed
from demo.story import Story
from demo.work import End, Standing, Work
from tasks.actions.pairs import SIGNED_WITHOUT, prepare_name
from tasks.models import Closing

WITHOUT = 0.03  # of those who sign do it all themselves before anybody has prepared


def split(work: Work, story: Story, kind: Kind, day: dt.date) -> list[Story]:
    """The stories that there are to open, in order: two when the kind is paired and somebody here prepares it."""
    staff = work.roster.members
    if not kind.paired or not any(
        m.profession in kind.preparable_by and m.starts_on <= day and (not m.ends_on or day <= m.ends_on)
        for m in staff
    ):
        return [story]
    preparation = Story(
        kind_id=story.kind_id,
        name=prepare_name(story.name),
        origin=story.origin,
        minutes=max(1, kind.prepare_minutes),
        opens_on=story.opens_on,
        due_on=story.due_on,
        closes_on=story.closes_on,
        hard=story.hard,
        patient_id=story.patient_id,
        sender=story.sender,
        part="prepare",
    )
    story.part, story.before, story.minutes = "sign", preparation, max(1, kind.decide_minutes)
    return [preparation, story]


def live(
    work: Work, story: Story, kind: Kind, patient: Followed | None, i: int, standing: Standing | None = None
) -> End | None:
    """Both halves, from the night of working day `i` on; how the signature ended, or None if it never got so far."""
    preparation = story.before
    if preparation is None:
        return None
    place = work.share_out(preparation, kind, patient, i)
    if place is None:
        return None
    later = work.share_out(story, kind, patient, i, first=place.day, nights=1)
    if later and work.rng.random() < WITHOUT:
        end = work.work_off(story, kind, patient, later, standing)
        signer = story.events[-1].by
        if end.done:
            preparation.cancel(end.at, signer, SIGNED_WITHOUT, Closing.NOT_NEEDED)
        else:
            preparation.cancel(end.at, signer, story.events[-1].reason, story.closing)
        return end
    prepared = work.work_off(preparation, kind, patient, place)
    by = preparation.events[-1].by or place.member
    at = max(prepared.at, story.events[-1].at)
    if preparation.closing not in (Closing.DONE, Closing.NOT_NEEDED):
        story.cancel(at, by, preparation.events[-1].reason, preparation.closing, standing)
        return End(at, prepared.done, preparation)
    story.ready(at, by)
    ready = work.book.index(at.date())
    if later is None or later.day < ready:
        if later:
            work.book.book(later.member, later.day, -story.planned_minutes)
        later = work.share_out(story, kind, patient, ready + 1)
    return work.work_off(story, kind, patient, later, standing) if later else None
