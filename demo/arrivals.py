"""A year of work that nobody planned: what came in at the door, and what people noted that they had done."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections.abc import Callable

from demo.endings import channel
from demo.kind import Kind
from demo.pairs import live, split
from demo.papers import Letter
from demo.patients import Followed
from demo.people import DOCTOR
from demo.story import Story
from demo.work import Work
from demo.workload import ARRIVING, LOGGED, Flow, expected
from tasks.letters import RULES, ReturnRule, letter
from tasks.models import Answer, Closing
from teams.calendar import DAY, midnight, working_days

WHY_DOCTOR = ("Legen tar den selv", "Pasienten ba om lege", "Gjelder noe legen har i gang")
RETURNED_LATELY = (9, 2)  # working days ago
PUT_AWAY = ((14, "Ringe pasienten etter ferien"), (17, "Høre hvordan det går med ny medisin"))
UNANSWERED, DONE_ALL_THE_SAME = 0.01, 0.1  # of what went back to a sender
THIS_MORNING = (
    ("epikrise_oppg", "Kontroll av kreatinin etter utskrivning", "Medisinsk avdeling"),
    ("rekv_sykehus", "Rekvirere MR for poliklinikken", "Ortopedisk poliklinikk"),
    ("nav_svar", "", "NAV lokalkontor"),
)
POOLS: dict[str, Callable[[Followed], bool]] = {
    "anyone": lambda p: True,
    "working": lambda p: 18 <= p.age <= 66,
    "old": lambda p: p.age >= 65,
    "home_care": lambda p: p.row.home_care,
}


class Arrivals:
    """Unplanned work of one clinic; `scale` is its list relative to 4,000."""

    def __init__(self, work: Work, patients: list[Followed], scale: float) -> None:
        self.work, self.rng, self.scale = work, work.rng, scale
        self.pools: dict[str, tuple[list[Followed], list[float]]] = {}
        delegating = {
            d.doctor_id for d in work.delegations if d.kind_id == work.kinds["sykepleierkonsultasjon"].id
        }
        pools = dict(POOLS)
        pools["delegated"] = lambda p: p.row.list_doctor_id in delegating
        for name, belongs in pools.items():
            pool = [p for p in patients if belongs(p)]
            self.pools[name] = (pool, list(itertools.accumulate(p.weight for p in pool)))

    def day(self, i: int) -> None:
        """Everything that arrives, or is noted, on working day `i`."""
        day = self.work.book.days[i]
        for flow in ARRIVING:
            if not self.pools[flow.whom][0]:
                continue
            for _ in range(_poisson(self.rng, expected(flow, day, self.scale))):
                self._arrive(flow, i)
        for flow in LOGGED:
            for _ in range(_poisson(self.rng, expected(flow, day, self.scale))):
                self._log(flow, i)
        if i in {self.work.base - days for days in RETURNED_LATELY}:
            self._returned_lately(i)
        if i == self.work.base - 2:
            self._put_away(i)

    def death(self, patient: Followed, i: int) -> None:
        """The death certificate: the patient's doctor's, within a day."""
        kind = self.work.kinds["dodsmelding"]
        story = self._open(kind, Flow(kind.slug, 0, 1), patient, i)
        self._by_night(story, kind, patient, i)

    def after_the_night(self) -> list[Story]:
        """What came this morning, when the night had been: nobody has it yet."""
        work, stories = self.work, []
        for minute, (slug, name, sender) in enumerate(THIS_MORNING):
            story = self._story(
                work.kinds[slug], name, self._patient("working", work.today), work.base, 5, sender
            )
            story.opens_on = work.today
            for each in split(work, story, work.kinds[slug], work.today):
                each.open(work.now + dt.timedelta(minutes=140 + 9 * minute), work.leader.id)
                stories.append(each)
        return stories

    def _returned_lately(self, i: int) -> None:
        """For the first screen: letters that wait for an answer, one of them for too long."""
        kind, there = self.work.kinds["rekv_sykehus"], self.work.book.present(DOCTOR, i)
        if there:
            flow = next(flow for flow in ARRIVING if flow.kind == kind.slug)
            story = self._open(kind, flow, self._patient("anyone", self.work.book.days[i]), i)
            at = self.work.moment(i, "", story.opened_at)
            self._write_back(story, RULES[kind.return_rule], at, there[0], answered=None)

    def _put_away(self, i: int) -> None:
        """For the first screen: what nobody has to do for some weeks yet."""
        work, kind = self.work, self.work.kinds["telefonsporsmal"]
        for days, name in PUT_AWAY:
            until = work.book.days[min(work.base + days, len(work.book.days) - 6)]
            patient = self._patient("anyone", work.today)
            story = self._story(kind, name, patient, work.book.index(until), 5, "")
            story.opens_on = work.book.days[i]
            by = work.registrar(i)
            story.open(work.moment(i, ""), by)
            story.postpone(story.opened_at + dt.timedelta(minutes=2), until, "Avtalt med pasienten", by=by)
            work.stories.append(story)

    def _arrive(self, flow: Flow, i: int) -> None:
        work, kind = self.work, self.work.kinds[flow.kind]
        patient = self._patient(flow.whom, work.book.days[i])
        story = self._open(kind, flow, patient, i)
        if flow.back and self.rng.random() < flow.back * (2.2 - work.doctors_share(work.book.days[i])):
            self._send_back(story, kind, patient, i)
        elif story.before or not (
            self._kept_by_doctor(story, kind, flow, patient, i)
            or self._at_once(story, kind, flow, patient, i)
        ):
            self._by_night(story, kind, patient, i)

    def _by_night(self, story: Story, kind: Kind, patient: Followed, i: int) -> None:
        """The usual way: the next night gives it to somebody, who works it off."""
        if story.before:
            live(self.work, story, kind, patient, i + 1)
        elif place := self.work.share_out(story, kind, patient, i + 1):
            self.work.work_off(story, kind, patient, place)

    def _open(self, kind: Kind, flow: Flow, patient: Followed | None, i: int) -> Story:
        rng = self.rng
        name = rng.choice(flow.names) if flow.names else ""
        sender = rng.choice(flow.senders) if flow.senders else ""
        story = self._story(kind, name, patient, i, flow.days, sender)
        at = midnight(self.work.book.days[i]) + dt.timedelta(seconds=int(rng.triangular(29400, 54000, 34200)))
        by = self.work.registrar(i)
        for each in split(self.work, story, kind, self.work.book.days[i]):
            each.open(at, by)
            self.work.stories.append(each)
        return story

    def _story(
        self, kind: Kind, name: str, patient: Followed | None, i: int, days: int | None, sender: str
    ) -> Story:
        book = self.work.book
        due = None if days is None else book.days[min(i + days, len(book.days) - 1)]
        return Story(
            kind_id=kind.id,
            name=name or kind.name,
            origin=kind.origin,
            minutes=kind.usual_minutes,
            opens_on=book.days[i],
            due_on=due,
            patient_id=patient.row.id if patient else None,
            sender=sender,
        )

    def _patient(self, whom: str, day: dt.date) -> Followed:
        """Somebody of the pool who will still be here for a while, the sick more often than the well."""
        pool, weights = self.pools[whom]
        for _ in range(50):
            found = self.rng.choices(pool, cum_weights=weights)[0]
            if not found.gone_on or found.gone_on > day + 60 * DAY:
                break
        return found

    def _send_back(self, story: Story, kind: Kind, patient: Followed | None, i: int) -> None:
        """What the sender should do itself: a doctor says so, once the night has given it to them."""
        work = self.work
        if place := work.share_out(story, kind, patient, i + 1):
            if work.book.there(place.member, place.day):
                at = work.moment(place.day, "", story.events[-1].at)
                answered = place.day + self.rng.randrange(1, 9)
                self._write_back(story, RULES[kind.return_rule], at, place.member, answered)
            else:
                work.work_off(story, kind, patient, place)

    def _write_back(
        self, story: Story, rule: ReturnRule, at: dt.datetime, by: int, answered: int | None
    ) -> None:
        """The letter, and what came of it on working day `answered`: most senders do it themselves."""
        work, rng = self.work, self.rng
        text = letter(
            rule, what=story.name, sender=story.sender, clinic=work.roster.cast.name, today=at.date()
        )
        due = working_days(at.date() + DAY, rule.days)[-1] if rule.days else None
        sent = Letter(rule.code, text, at, by, due)
        story.send_back(
            f"{rule.title} ({rule.code})", sent, Closing.REFUSED if rule.refuses else Closing.RETURNED
        )
        if not rule.days or answered is None or answered >= len(work.book.days) or rng.random() < UNANSWERED:
            return
        sent.answered_at, sent.answered_by = work.moment(answered, ""), work.registrar(answered)
        sent.answer = Answer.TAKEN.value
        if rng.random() < DONE_ALL_THE_SAME and work.book.there(by, answered):
            sent.answer = Answer.KEPT.value
            story.reopen(sent.answered_at, sent.answered_by)
            done = work.moment(answered, "", sent.answered_at)
            story.complete(done, by, work.spent(story.planned_minutes), None)

    def _kept_by_doctor(self, story: Story, kind: Kind, flow: Flow, patient: Followed | None, i: int) -> bool:
        """Work that others may do, done by a doctor all the same; the habit wears off."""
        work, rng = self.work, self.rng
        if rng.random() >= flow.doctor * work.doctors_share(work.book.days[i]):
            return False
        doctors = work.book.present(DOCTOR, i)
        if not doctors:
            return False
        own = patient.row.list_doctor_id if patient else None
        doctor = own if own in doctors else rng.choice(doctors)
        by = story.events[-1].by or work.leader.id
        at = story.opened_at + dt.timedelta(seconds=rng.randrange(60, 900))
        if by != doctor:
            by_name = work.roster.by_id[by].name
            story.hand_on(at, by=by, by_name=by_name, to=doctor, reason=rng.choice(WHY_DOCTOR))
        minutes = kind.minutes_for(DOCTOR)
        work.book.book(doctor, i, minutes)
        how = channel(kind.channels, rng)
        story.complete(work.moment(i, DOCTOR, at), doctor, work.spent(minutes), None, how)
        return True

    def _at_once(self, story: Story, kind: Kind, flow: Flow, patient: Followed | None, i: int) -> bool:
        """A call is answered when it comes: most of what is due the next day never sees a night."""
        work = self.work
        if flow.days != 1 or self.rng.random() > 0.85:
            return False
        day = work.book.days[i]
        may = work.may(kind, patient, day)
        place = work.book.place(story.minutes, may, work.ties(patient), today=i, first=i, due=i)
        if place is None or place.day != i or not work.book.there(place.member, i):
            if place:
                work.book.book(place.member, place.day, -story.minutes)
            return False
        at = story.opened_at + dt.timedelta(seconds=self.rng.randrange(240, 7200))
        how = channel(kind.channels, self.rng)
        story.complete(at, place.member, work.spent(story.minutes), None, how)
        return True

    def _log(self, flow: Flow, i: int) -> None:
        """Noted after the fact by whoever of the profession had most time left."""
        work, rng = self.work, self.rng
        kind = work.kinds[flow.kind]
        habit = work.doctors_share(work.book.days[i]) if len(flow.log) > 1 else 1.0
        shares = [share * (habit if p == DOCTOR else 1.0) for p, share in flow.log]
        profession = rng.choices([p for p, _ in flow.log], shares)[0]
        there = work.book.present(profession, i)
        busy = all(work.book.left(m, i) < flow.minutes[0] for m in there)
        # Doctors do it in the evening; the others have gone home.
        if not there or (busy and profession != DOCTOR):
            return
        weights = [max(10, work.book.left(m, i)) for m in there]
        who = rng.choices(there, weights)[0]
        minutes = min(rng.randrange(*flow.minutes), max(flow.minutes[0], work.book.left(who, i)))
        minutes = minutes if minutes < 12 else 5 * round(minutes / 5)
        work.book.book(who, i, minutes)
        story = Story(
            kind_id=kind.id, name=kind.name, origin=kind.origin, minutes=minutes, opens_on=work.book.days[i]
        )
        story.log(work.moment(i, profession), who, minutes, channel(kind.channels, rng))
        work.stories.append(story)


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's; fine for the small means of a day."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
