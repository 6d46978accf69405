"""The year that has been, day by day: nights that open and give, and working days on which things arrive."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from demo.arrivals import Arrivals
from demo.patients import Followed
from demo.plans import ApprovedProgramme, Plans
from demo.rows import EventRow, Ids, NoteRow, PlanRow, PlanStepRow, ReturnRow, TaskRow
from demo.story import Story
from demo.work import Work
from teams.calendar import DAY, is_working_day

Batches = tuple[list[TaskRow], list[EventRow], list[ReturnRow], list[NoteRow]]

A_WHOLE_LIST = 4000
# Days from the demo's first working day that the leading nurse's next injections are due: their last day is
# seven days later, so one can wait no longer and one is just due.
INJECTIONS = (-7, 0)


@dataclass(frozen=True)
class Told:
    """Rows of one clinic's history, in the order to write them; of tasks: themselves, events, letters, notes."""

    plans: list[PlanRow]
    plan_steps: list[PlanStepRow]
    of_tasks: Batches


class History:
    def __init__(
        self,
        work: Work,
        patients: Sequence[Followed],
        programmes: Sequence[ApprovedProgramme],
        ids: Ids,
        rng: random.Random,
    ) -> None:
        self.work, self.patients, self.ids = work, patients, ids
        self.plans = Plans(work, ids, rng)
        self.arrivals = Arrivals(work, list(patients), len(patients) / A_WHOLE_LIST)
        for programme in programmes:
            self.plans.enrol(programme, patients)

    def tell(self) -> Told:
        """Live through every day up to today's night, and give the rows that are left by then."""
        work = self.work
        nurse = next((m.id for m in work.roster.members if m.profession == "nurse"), 0)
        self.plans.hold("vaksine", INJECTIONS, nurse)
        deaths: dict[int, list[Followed]] = {}
        for patient in self.patients:
            if died := patient.row.deceased_on:
                deaths.setdefault(work.book.index(died + DAY), []).append(patient)
        day = work.roster.starts_on
        while day < work.today:
            self.plans.night(day)
            if is_working_day(day):
                i = work.book.index(day)
                self.arrivals.day(i)
                for patient in deaths.get(i, ()):
                    self.arrivals.death(patient, i)
            day += DAY
        for story in work.stories:
            story.until(work.now)
        of_tasks = self.rows([story for story in work.stories if story.events])
        clinic_id = work.roster.clinic_id
        steps = [running.row(clinic_id) for running in self.plans.steps.values()]
        return Told(self.plans.plans, steps, of_tasks)

    def rows(self, stories: list[Story]) -> Batches:
        """Ids in order of time, as if they had been written as it happened."""
        clinic_id = self.work.roster.clinic_id
        stories.sort(key=lambda story: story.opened_at)
        tasks, events = [], []
        for story in stories:
            pk = self.ids.next(TaskRow)
            tasks.append(story.task_row(pk, clinic_id))
            events += story.event_rows(pk, clinic_id)
        events.sort(key=lambda event: (event.at, event.task_id))
        numbered = [event._replace(id=self.ids.next(EventRow)) for event in events]
        return tasks, numbered, self._letters(stories), self._notes(stories)

    def _letters(self, stories: list[Story]) -> list[ReturnRow]:
        found = [(story, story.letter) for story in stories if story.letter]
        found.sort(key=lambda each: (each[1].at, each[0].pk))
        return [
            ReturnRow(
                self.ids.next(ReturnRow), self.work.roster.clinic_id, story.pk, letter.rule, story.sender,
                letter.text, letter.by, letter.at, letter.answer_due_on, letter.answer, letter.answered_by,
                letter.answered_at, "",
            )
            for story, letter in found
        ]  # fmt: skip

    def _notes(self, stories: list[Story]) -> list[NoteRow]:
        found = [(story, story.note) for story in stories if story.note]
        found.sort(key=lambda each: (each[1].at, each[0].pk))
        return [
            NoteRow(
                self.ids.next(NoteRow), self.work.roster.clinic_id, story.pk, story.patient_id or 0, note.plan_id,
                note.text, note.by, note.at,
            )
            for story, note in found
        ]  # fmt: skip
