"""Who is in which programme, and the year of occasions that followed from it."""

from __future__ import annotations

import datetime as dt
import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from demo.endings import JOURNALLED, attempts_of, journalled
from demo.kind import Kind
from demo.pairs import live, split
from demo.papers import Note
from demo.patients import Followed
from demo.rows import Ids, PlanRow, PlanStepRow
from demo.story import Story
from demo.work import NIGHT, End, Standing, Work
from tasks.models import Closing, FollowUpPlan
from tasks.recurrence import Occasion, Rhythm, first_occasion, next_occasion
from teams.calendar import DAY, midnight

_STATES = FollowUpPlan.State
ACTIVE, STOPPED, DECLINED = str(_STATES.ACTIVE), str(_STATES.STOPPED), str(_STATES.DECLINED)
DECLINE_SHARE = 0.02
OVERLOOKED = 0.03  # have the condition and no plan: whom the overview of § 24 is there to find
# Programmes that a doctor enrols patients in by hand, by the drug (ATC) that asks for it.
BY_HAND = {"warfarin": "B01AA03", "metotreksat": "L04AX03", "litium": "N05AN01", "denosumab": "M05BX04"}


@dataclass(frozen=True)
class ProgrammeStep:
    id: int
    kind: Kind
    name: str
    minutes: int | None
    rhythm: Rhythm


@dataclass(frozen=True)
class ApprovedProgramme:
    id: int
    slug: str
    name: str
    icpc2: tuple[str, ...]
    min_drugs: int
    by_condition: bool
    steps: tuple[ProgrammeStep, ...]


@dataclass
class Running:
    """One step of one patient's plan, and where it stands."""

    id: int
    plan_id: int
    step: ProgrammeStep
    patient: Followed
    occasion: Occasion
    last_done_on: dt.date | None = None
    waiting: bool = True
    held: bool = False
    hand_to: int | None = None
    programme: str = ""

    def row(self, clinic_id: int) -> PlanStepRow:
        o = self.occasion
        return PlanStepRow(
            self.id,
            clinic_id,
            self.plan_id,
            self.step.id,
            self.last_done_on,
            o.opens_on,
            o.due_on,
            o.closes_on,
            self.waiting,
        )

    def standing(self) -> Standing:
        """The occasion as a completed task's event keeps it, so that it can be undone."""
        o = self.occasion
        days = {
            "last_done_on": self.last_done_on,
            "opens_on": o.opens_on,
            "due_on": o.due_on,
            "closes_on": o.closes_on,
        }
        return {name: day.isoformat() if day else None for name, day in days.items()}


@dataclass
class Plans:
    """All plans of a clinic; `opening` is the heap of (day, step id) at which the next task opens."""

    work: Work
    ids: Ids
    rng: random.Random
    plans: list[PlanRow] = field(default_factory=list)
    steps: dict[int, Running] = field(default_factory=dict)
    opening: list[tuple[dt.date, int]] = field(default_factory=list)
    phases: dict[int, int] = field(default_factory=dict)

    # --- who is in what

    def enrol(self, programme: ApprovedProgramme, patients: Sequence[Followed]) -> None:
        """Start a plan for every patient the programme is for; by condition, by number of drugs, or by hand."""
        for patient in patients:
            if programme.by_condition and self.rng.random() < OVERLOOKED:
                continue
            starts = self._starts(programme, patient)
            if (
                starts
                and starts < self.work.today - 3 * DAY
                and not (patient.gone_on and patient.gone_on <= starts)
            ):
                self._start(programme, patient, starts)

    def _starts(self, programme: ApprovedProgramme, patient: Followed) -> dt.date | None:
        """The day the plan began: when the programme did, or soon after the diagnosis; None for no plan."""
        began, rng = self.work.roster.starts_on, self.rng
        since = [patient.codes[code] for code in programme.icpc2 if code in patient.codes]
        if programme.by_condition:
            if programme.min_drugs:
                return began if len(patient.drugs) >= programme.min_drugs else None
            return max(began, min(since) + rng.randrange(5, 14) * DAY) if since else None
        chosen = BY_HAND.get(programme.slug) in patient.drugs
        if programme.slug == "skropelig":
            chosen = patient.age >= 80 and patient.row.home_care and rng.random() < 0.5
        return max([began + rng.randrange(60) * DAY, *(day + 10 * DAY for day in since)]) if chosen else None

    def _start(self, programme: ApprovedProgramme, patient: Followed, starts: dt.date) -> None:
        rng, gone_on = self.rng, patient.gone_on
        pk = self.ids.next(PlanRow)
        state, ended, reason, ended_as = ACTIVE, None, "", ""
        if programme.by_condition and rng.random() < DECLINE_SHARE:
            state, ended, reason, ended_as = (
                DECLINED, starts + rng.randrange(2) * DAY, "Ønsker ikke innkalling", "person",
            )  # fmt: skip
        elif gone_on:
            reason, ended_as = "død" if patient.row.deceased_on else "ute av listen", "gone"
            state, ended = STOPPED, gone_on
        self.plans.append(
            PlanRow(
                pk,
                self.work.roster.clinic_id,
                patient.row.id,
                programme.id,
                state,
                starts,
                ended,
                reason,
                ended_as,
            )
        )
        for step in programme.steps:
            occasion = first_occasion(step.rhythm, starts_on=starts, phase=self._phase(patient))
            running = Running(
                self.ids.next(PlanStepRow), pk, step, patient, occasion, programme=programme.name
            )
            self.steps[running.id] = running
            if state == DECLINED:
                running.waiting = False
            else:
                self._await(running, starts + DAY)

    def _phase(self, patient: Followed) -> int:
        """The patient's own day of the year: not by the number, which another demo would begin elsewhere."""
        return self.phases.setdefault(patient.row.id, self.rng.randrange(365))

    def hold(self, slug_of_kind: str, due_in: tuple[int, ...], nurse_id: int) -> None:
        """For the first screen: injections of one nurse's patients that have their last day, or fall due, today.

        The first is handed to the nurse in person, so that the night leaves it there.
        """
        base = self.work.book.days[self.work.base]
        candidates = [
            r
            for r in self.steps.values()
            if r.step.rhythm.hard
            and r.step.kind.slug == slug_of_kind
            and r.patient.row.usual_nurse_id == nurse_id
            and not r.patient.gone_on
        ]
        for running, days in zip(candidates, due_in, strict=False):
            due = base + days * DAY
            closes = running.step.rhythm.closes_days_after
            running.occasion = Occasion(
                due - running.step.rhythm.opens_days_before * DAY,
                due,
                None if closes is None else due + closes * DAY,
            )
            running.last_done_on, running.held = base + (days - 182) * DAY, True
            self.opening = [entry for entry in self.opening if entry[1] != running.id]
            self._await(running, running.occasion.opens_on)
        if candidates:
            candidates[0].hand_to = nurse_id
        heapq.heapify(self.opening)

    # --- the nights

    def _await(self, running: Running, earliest: dt.date) -> None:
        """The night that opens the task: today's own night is left to the product."""
        day = max(running.occasion.opens_on, earliest)
        gone_on = running.patient.gone_on
        if gone_on and day > gone_on:
            running.waiting = False
        elif day < self.work.today:
            heapq.heappush(self.opening, (day, running.id))

    def night(self, day: dt.date) -> None:
        """Open what opens this night."""
        while self.opening and self.opening[0][0] <= day:
            self._open(self.steps[heapq.heappop(self.opening)[1]], day)

    def _open(self, running: Running, day: dt.date) -> None:
        work, step, o = self.work, running.step, running.occasion
        running.waiting = False
        story = Story(
            kind_id=step.kind.id,
            name=step.name,
            origin="plan",
            minutes=step.minutes or step.kind.usual_minutes,
            opens_on=o.opens_on,
            due_on=o.due_on,
            closes_on=o.closes_on,
            hard=step.rhythm.hard,
            patient_id=running.patient.row.id,
            plan_step_id=running.id,
        )
        halves = split(work, story, step.kind, day)
        for each in halves:
            each.open(midnight(day) + NIGHT, None)
            work.stories.append(each)
        end = self._live(running, story, work.book.index(day))
        gone_on = running.patient.gone_on
        found = midnight(gone_on + DAY) + NIGHT if gone_on else None
        if found and (end is None or end.at >= found):
            self._gone(running, halves, found)
        elif end and end.at < work.now:
            self._move_on(running, end.at.date(), done=end.done)
            self._journal(running, end.story, halves)

    def _live(self, running: Running, story: Story, i: int) -> End | None:
        work, kind = self.work, running.step.kind
        if story.before:
            return live(work, story, kind, running.patient, i, running.standing())
        place = work.share_out(story, kind, running.patient, i)
        if running.held:
            self._hand_on(story, running, i)
            return None
        return work.work_off(story, kind, running.patient, place, running.standing()) if place else None

    def _gone(self, running: Running, halves: list[Story], found: dt.datetime) -> None:
        """The night that finds the patient dead or moved ends what is open by then."""
        dead = running.patient.row.deceased_on
        for each in halves:
            each.until(found)
            if not each.ended:
                each.cancel(
                    found,
                    None,
                    "død" if dead else "ute av listen",
                    Closing.DEAD if dead else Closing.MOVED,
                )

    def _journal(self, running: Running, story: Story, halves: list[Story]) -> None:
        last = story.events[-1]
        if story.closing in JOURNALLED and last.by is not None:
            text = journalled(
                story,
                name=running.step.name,
                programme=running.programme,
                by=self.work.roster.by_id[last.by].name,
                next_on=running.occasion.due_on,
                attempts=attempts_of(*halves),
            )
            story.note = Note(running.plan_id, text, last.at, last.by)

    def _hand_on(self, story: Story, running: Running, i: int) -> None:
        if running.hand_to:
            by = self.work.registrar(i)
            name = self.work.roster.by_id[by].name
            at = self.work.moment(i, "", story.events[-1].at)
            story.hand_on(
                at, by=by, by_name=name, to=running.hand_to, reason="Pasientens faste sykepleier setter den"
            )

    def _move_on(self, running: Running, ended_on: dt.date, *, done: bool) -> None:
        """As the product does: from the day it was done, or from the due date when it was not."""
        running.last_done_on = ended_on if done else running.last_done_on
        running.occasion = next_occasion(
            running.step.rhythm, after=ended_on if done else running.occasion.due_on
        )
        running.waiting = True
        self._await(running, ended_on + DAY)
