"""How a clinic's people work a task off: who may, who gets it, and what then happens to it.

Pure but for the seeded random generator. Days are indexes into the book's working days.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.book import Book, Place
from demo.endings import TRIED, channel, ending
from demo.kind import Kind
from demo.patients import Followed
from demo.people import DOCTOR, NURSE, SECRETARY, first_day
from demo.roster import Roster
from demo.rows import DelegationRow
from demo.story import Story
from tasks.actions.closing import REMINDERS
from tasks.eligibility import rule_for
from tasks.models import Closing
from teams.calendar import DAY, midnight

# Where a plan stood before it moved on, as the event tells it.
Standing = dict[str, str | None]

NIGHT = dt.timedelta(hours=4)
# What becomes of a task on the day it was planned for; the rest is done that day.
CANCELLED, POSTPONED, SLIPPED, FORGOTTEN = 0.025, 0.05, 0.11, 0.022
# Whom the clinic calls in cannot always be reached: so many come some weeks after they were due, or never.
NOT_REACHED, GIVEN_UP = 0.06, 0.2
WHY_POSTPONED = (
    "Pasienten ba om ny tid",
    "Venter på prøvesvar",
    "Pasienten er bortreist",
    "Ikke nådd på telefon",
)
# Share of plan tasks that a doctor takes though others may, while the patient is there anyhow.
TAKEN_BY_DOCTOR = {
    "rutinekontroll": 0.22,
    "arskontroll": 0.25,
    "provetaking": 0.05,
    "vaksine": 0.1,
    "timebestilling": 0.12,
    "spirometri": 0.06,
}


@dataclass(frozen=True)
class End:
    """When and by which story it ended; `done` also when it was done elsewhere: then a plan counts on from there."""

    at: dt.datetime
    done: bool
    story: Story


class Work:
    """One clinic at work: its book, its delegations, its habits, and all the stories told so far."""

    def __init__(
        self,
        roster: Roster,
        kinds: Mapping[str, Kind],
        delegations: Sequence[DelegationRow],
        rng: random.Random,
    ) -> None:
        self.roster, self.kinds, self.rng = roster, kinds, rng
        self.delegations = delegations
        self.book = Book(roster)
        self.today = roster.today
        self.now = midnight(roster.today) + NIGHT
        self.base = self.book.index(first_day(roster.today))
        self.stories: list[Story] = []
        self.began_delegating = min((d.starts_on for d in delegations if d.revoked_on is None), default=None)
        self.leader = roster.members[0]
        self._may: dict[tuple[int, str, int | None, dt.date], dict[int, str]] = {}

    # --- who

    def may(self, kind: Kind, patient: Followed | None, day: dt.date, part: str = "") -> dict[int, str]:
        """Member ids who may do it (or that part of it) on the day, each with the ground."""
        doctor = patient.row.list_doctor_id if patient else None
        key = (kind.id, part, doctor if kind.delegable_to else None, day)
        if key not in self._may:
            professions = rule_for(kind, part).professions
            found = {
                m.id: "profession"
                for m in self.roster.members
                if m.profession in professions and m.starts_on <= day and (not m.ends_on or day <= m.ends_on)
            }
            for d in self.delegations:
                if (d.kind_id, d.doctor_id) == (kind.id, doctor) and self._in_force(d, day):
                    found.setdefault(d.member_id, "delegation")
            self._may[key] = found
        return self._may[key]

    @staticmethod
    def _in_force(d: DelegationRow, day: dt.date) -> bool:
        ended = (d.ends_on and d.ends_on < day) or (d.revoked_on and d.revoked_on <= day)
        return d.starts_on <= day and not ended

    @staticmethod
    def ties(patient: Followed | None) -> dict[int, str]:
        """Who is bound to the patient, in the words of the night's reasons."""
        if patient is None:
            return {}
        ties = {patient.row.list_doctor_id: "list_doctor"}
        if patient.row.usual_nurse_id:
            ties[patient.row.usual_nurse_id] = "usual_nurse"
        return ties

    def doctors_share(self, day: dt.date) -> float:
        """How much of their old habit the doctors still have: it wears off from when they began to delegate."""
        habit_from = day - 160 * DAY if self.began_delegating is None else None
        start = habit_from or max(self.began_delegating or day, self.today - 165 * DAY)
        return 1.0 - 0.6 * min(1.0, max(0.0, (day - start).days / 150))

    def registrar(self, i: int) -> int:
        """Whoever opens the post that day: a secretary if there is one."""
        for profession in (SECRETARY, NURSE, DOCTOR):
            if there := self.book.present(profession, i):
                return self.rng.choice(there)
        return self.leader.id

    # --- when

    def night(self, i: int) -> dt.datetime:
        """Four in the morning of a working day, when config/celery.py lets the night run."""
        return midnight(self.book.days[i]) + NIGHT

    def moment(self, i: int, profession: str, after: dt.datetime | None = None) -> dt.datetime:
        """Some time in the working day; doctors often in the evening. After `after`, if that is the same day."""
        evening = profession == DOCTOR and self.rng.random() < 0.2
        first, last = (17 * 60, 21 * 60) if evening else (8 * 60 + 5, 15 * 60 + 45)
        at = midnight(self.book.days[i]) + dt.timedelta(seconds=self.rng.randrange(first * 60, last * 60))
        if after and at <= after:
            at = after + dt.timedelta(seconds=self.rng.randrange(120, 2400))
        return at

    def spent(self, minutes: int) -> int:
        """What a planned number of minutes became: half the time people leave the number that stands there."""
        if self.rng.random() < 0.5:
            return minutes
        took = max(1, round(minutes * self.rng.lognormvariate(0.03, 0.3)))
        return took if took < 12 else 5 * round(took / 5)

    # --- what happens

    def share_out(
        self,
        story: Story,
        kind: Kind,
        patient: Followed | None,
        i: int,
        *,
        first: int = 0,
        nights: int = 15,
    ) -> Place | None:
        """The nights from working day `i` on try to give the task to somebody, not before working day `first`."""
        due = self.book.index(story.due_on) if story.due_on else None
        first = max(first, self.book.index(story.opens_on))
        for night in range(i, min(i + nights, len(self.book.days))):
            may = self.may(kind, patient, self.book.days[night], story.part)
            delegated = [m for m, ground in may.items() if ground == "delegation" and not story.part]
            minutes = kind.minutes_for(self.book.profession[delegated[0]]) if delegated else story.minutes
            place = self.book.place(minutes, may, self.ties(patient), today=night, first=first, due=due)
            if place:
                at = max(self.night(night), story.events[-1].at)
                story.assign(at, place.member, self.book.days[place.day], minutes, place.why)
                return place
        return None

    def work_off(
        self,
        story: Story,
        kind: Kind,
        patient: Followed | None,
        place: Place,
        standing: Standing | None = None,
    ) -> End:
        """From the day it was planned for until it is done or given up."""
        who, i = self._delayed(story, kind, patient, place)
        who, i = self._there(story, kind, patient, who, i)
        rng = self.rng
        given_up = CANCELLED + (GIVEN_UP if story.attempts else 0.0)
        if not story.hard and rng.random() < given_up:
            at = self.moment(i, "", story.events[-1].at)
            reason, closing = ending(story, rng)
            story.cancel(at, who, reason, closing, standing)
            return End(at, closing == Closing.ELSEWHERE, story)
        by = self._taken_over(story, kind, patient, who, i)
        profession = self.book.profession[by]
        minutes = kind.minutes_for(profession) if by != who and not story.part else story.planned_minutes
        at = self.moment(i, profession, story.events[-1].at)
        how = channel(kind.channels, rng) if story.part != "sign" else ""
        story.complete(at, by, self.spent(minutes), standing, how)
        return End(at, True, story)

    def _delayed(self, story: Story, kind: Kind, patient: Followed | None, place: Place) -> tuple[int, int]:
        """Most are done on the day; some are postponed by whoever has them, slip, or lie."""
        who, i, fate = place.member, place.day, self.rng.random()
        called_in = story.origin == "plan" and story.part != "sign"
        lies = NOT_REACHED if called_in else FORGOTTEN
        if story.hard or fate > POSTPONED + SLIPPED + lies or not self.book.there(who, i):
            return who, i
        later = self._later(story, i, fate)
        seen_from = i + 1 if fate < POSTPONED else later
        if fate > POSTPONED + SLIPPED and called_in:
            later = seen_from = self._tried(story, who, i, later)
        elif fate < POSTPONED:
            at = self.moment(i, "", story.events[-1].at)
            story.postpone(at, self.book.days[later], self.rng.choice(WHY_POSTPONED))
        self.book.book(who, i, -story.planned_minutes)
        self.book.book(who, later, story.planned_minutes)
        if self.book.expected(who, later, seen_from):
            story.assign(self.night(seen_from), who, self.book.days[later], story.planned_minutes, place.why)
        return who, later

    def _tried(self, story: Story, who: int, i: int, later: int) -> int:
        """Called in and not reached, once or twice, as the product's reminders go; the working day it comes to."""
        days, last = self.book.days, len(self.book.days) - 1
        for wait in REMINDERS[: self.rng.choice((1, 1, 2))]:
            back = self.book.index(days[i] + wait * DAY)
            if back >= last or not self.book.there(who, i):
                break
            at = self.moment(i, "", story.events[-1].at)
            by, note = self.rng.choice(TRIED)
            story.attempt(at, who, by.value, note, days[back])
            i = back
        return min(max(later, i), last)

    def _later(self, story: Story, i: int, fate: float) -> int:
        """Days: a postponed one a week or two, a slipped one a few, one that lies some weeks."""
        rng = self.rng
        if fate < POSTPONED:
            later = i + rng.randrange(3, 12)
        elif fate < POSTPONED + SLIPPED:
            later = i + rng.randrange(1, 5)
        elif story.origin == "plan" and story.due_on:
            later = max(i + 1, self.book.index(story.due_on) + rng.randrange(1, 22))
        else:
            later = i + rng.randrange(7, 30)
        return min(later, len(self.book.days) - 1)

    def _there(self, story: Story, kind: Kind, patient: Followed | None, who: int, i: int) -> tuple[int, int]:
        """Whoever fell ill, is off the day it slipped to, or whose delegation ended: another gets it, or another day."""
        while not self.book.there(who, i) or who not in self.may(
            kind, patient, self.book.days[i], story.part
        ):
            if i + 1 >= len(self.book.days):
                return who, i
            self.book.book(who, i, -story.planned_minutes)
            may = self.may(kind, patient, self.book.days[i], story.part)
            place = self.book.place(
                story.planned_minutes, may, self.ties(patient), today=i, first=i, due=i + 3
            )
            if place is None:
                i += 1
                self.book.book(who, i, story.planned_minutes)
                continue
            at = max(self.night(i), story.events[-1].at)
            story.assign(at, place.member, self.book.days[place.day], story.planned_minutes, place.why)
            who, i = place.member, place.day
        return who, i

    def _taken_over(self, story: Story, kind: Kind, patient: Followed | None, who: int, i: int) -> int:
        """A doctor does it after all, when the patient is there for something else."""
        usual = story.origin == "plan" and story.part != "sign"
        share = TAKEN_BY_DOCTOR.get(kind.slug, 0.0) if usual else 0.0
        if self.rng.random() < share * self.doctors_share(self.book.days[i]):
            doctor = self._doctor_there(patient, i)
            if doctor is not None and doctor in self.may(kind, patient, self.book.days[i], story.part):
                self.book.book(who, i, -story.planned_minutes)
                self.book.book(doctor, i, story.planned_minutes if story.part else kind.minutes_for(DOCTOR))
                return doctor
        return who

    def _doctor_there(self, patient: Followed | None, i: int) -> int | None:
        """The patient's own doctor if at work that day, else one who is."""
        there = self.book.present(DOCTOR, i)
        if patient and patient.row.list_doctor_id in there:
            return patient.row.list_doctor_id
        return self.rng.choice(there) if there else None
