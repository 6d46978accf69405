"""How work ends that is not done here, and how the clinic tries to reach a patient: reasons with their closings."""

from __future__ import annotations

import datetime as dt
import random

from demo.story import Story
from tasks import journal
from tasks.models import Channel, Closing, Verb
from tasks.models.catalogue import Origin

# Of what is called in, and of what arrives: the reason, and what it means.
OF_A_PLAN = (
    ("Pasienten ønsker det ikke nå", Closing.DECLINED),
    ("Gjort ved annen time", Closing.ELSEWHERE),
    ("Ikke lenger aktuelt", Closing.NOT_NEEDED),
)
NEVER_REACHED = ("Har ikke svart, brev er sendt", Closing.UNREACHABLE)
GIVEN_UP = 0.8  # of those that somebody has tried to reach, and that are not done in the end
OF_THE_REST = (
    ("Gjort ved annen time", Closing.ELSEWHERE),
    ("Ikke lenger aktuelt", Closing.NOT_NEEDED),
    ("Pasienten har trukket ønsket", Closing.DECLINED),
)
TRIED = (
    (Channel.PHONE, "Svarer ikke"),
    (Channel.PHONE, "Lagt igjen beskjed"),
    (Channel.TEXT, "Innkalt på SMS, ikke svart"),
)
JOURNALLED = (Closing.DECLINED, Closing.UNREACHABLE)


def ending(story: Story, rng: random.Random) -> tuple[str, Closing]:
    """Why a task was not done: a signature is only ever not needed."""
    if story.part == "sign":
        return OF_A_PLAN[-1]
    if story.attempts and rng.random() < GIVEN_UP:
        return NEVER_REACHED
    return rng.choice(OF_A_PLAN if story.origin == Origin.PLAN else OF_THE_REST)


def channel(channels: tuple[str, ...], rng: random.Random) -> str:
    """How the patient was met: mostly as the kind usually is."""
    if not channels:
        return ""
    return channels[0] if rng.random() < 0.75 else rng.choice(channels)


def journalled(
    story: Story, *, name: str, programme: str, by: str, next_on: dt.date, attempts: list[journal.Tried]
) -> str:
    """The text that the product would make (tasks/actions/closing.py)."""
    end = story.events[-1]
    offer = journal.Offer(name, programme, story.opened_at.date(), story.due_on)
    return journal.text(
        offer, attempts, declined=story.closing == Closing.DECLINED, whole_programme=False, reason=end.reason,
        today=end.at.date(), by=by, next_on=next_on,
    )  # fmt: skip


def attempts_of(*stories: Story | None) -> list[journal.Tried]:
    """Every attempt, on either half of a pair, in order of time."""
    events = [e for story in stories if story for e in story.events if e.verb == Verb.ATTEMPT]
    events.sort(key=lambda event: event.at)
    return [journal.Tried(e.at.date(), str(Channel(e.after["by"]).label), e.reason) for e in events]
