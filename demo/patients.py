"""The lists: fictitious people with an age, a list doctor, conditions that go together, drugs and stays.

Pure: the same random generator gives the same list. Person numbers are Tenor numbers, nobody's.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field

from demo.diseases import DISEASES, INSTEAD_OF, OTHER_DRUGS, Disease
from demo.names import family_name, given_name
from demo.people import DOCTOR, NURSE
from demo.roster import Roster
from demo.rows import ConditionRow, EncounterRow, IdentifierRow, Ids, MedicationRow, PatientRow
from demo.senders import DEPARTMENTS
from patients.models import Sex
from patients.personnummer import FNR_SYSTEM, make_tenor
from teams.calendar import DAY, midnight

ICPC2 = "http://hl7.org/fhir/sid/icpc-2"
ATC = "http://www.whocc.no/atc"
# Share of the list per ten years of age, 0–9 first, and how much of the last band's hundred years is used.
AGES = (10.4, 11.8, 12.6, 13.7, 13.1, 13.4, 11.2, 8.8, 4.0, 0.8)
DYING = ((90, 0.14), (80, 0.055), (70, 0.018), (50, 0.005), (0, 0.0005))
MOVING = ((40, 0.012), (18, 0.045), (0, 0.015))


@dataclass(frozen=True)
class Followed:
    """What the plans and the work need to know of a patient: ICPC-2 codes with since when, ATC codes in use."""

    row: PatientRow
    age: int
    codes: dict[str, dt.date]
    drugs: frozenset[str]
    weight: float

    @property
    def gone_on(self) -> dt.date | None:
        """The day they died or left the list."""
        return self.row.deceased_on or self.row.moved_on


@dataclass
class Lists:
    patients: list[Followed] = field(default_factory=list)
    identifiers: list[IdentifierRow] = field(default_factory=list)
    conditions: list[ConditionRow] = field(default_factory=list)
    medications: list[MedicationRow] = field(default_factory=list)
    encounters: list[EncounterRow] = field(default_factory=list)


class Maker:
    """Makes one clinic's lists, patient by patient."""

    def __init__(self, roster: Roster, rng: random.Random, ids: Ids) -> None:
        self.roster, self.rng, self.ids, self.today = roster, rng, ids, roster.today
        people = {p.name: p for p in roster.cast.people}
        self.doctors = [m.id for m in roster.members if people[m.name].list_share]
        self.shares = [people[m.name].list_share for m in roster.members if people[m.name].list_share]
        self.nurses = [m.id for m in roster.members if m.profession == NURSE]
        self.numbers: Counter[tuple[dt.date, bool]] = Counter()
        self.made = Lists()
        assert all(roster.by_id[pk].profession == DOCTOR for pk in self.doctors)

    def make(self, count: int) -> Lists:
        """So many patients with everything that belongs to them."""
        for _ in range(count):
            self._patient()
        return self.made

    def _patient(self) -> None:
        rng = self.rng
        band = rng.choices(range(len(AGES)), AGES)[0]
        age_days = round((band * 10 + rng.random() * (9.9 if band < 9 else 7)) * 365.25)
        born = self.today - age_days * DAY
        age, female = age_days * 4 // 1461, rng.random() < (0.5 if band < 7 else 0.56)
        pk = self.ids.next(PatientRow)
        drawn = self._draw(age, female=female)
        codes = {d.code: self._since(d, born) for d in drawn}
        drugs = self._drugs(pk, age, drawn, codes, born)
        gone = self._gone(age, len(codes), born)
        doctor = rng.choices(self.doctors, self.shares)[0]
        nurse = rng.choice((self.nurses[0], self.nurses[0], self.nurses[-1])) if codes and age >= 18 else None
        row = PatientRow(
            pk,
            self.roster.clinic_id,
            given_name(rng, born.year, female=female),
            family_name(rng),
            born,
            str(Sex.FEMALE if female else Sex.MALE),
            doctor,
            nurse,
            self._home_care(age, codes),
            *gone,
            midnight(self.roster.starts_on) + dt.timedelta(hours=9),
        )
        self.made.patients.append(Followed(row, age, codes, drugs, _weight(age, len(codes))))
        value = self._personnummer(born, female=female)
        self.made.identifiers.append(
            IdentifierRow(self.ids.next(IdentifierRow), self.roster.clinic_id, pk, FNR_SYSTEM, value)
        )
        self.made.conditions += [self._condition(pk, d, codes[d.code]) for d in drawn]
        self._stays(pk, age, len(codes), gone[0] or gone[1])

    def _personnummer(self, born: dt.date, *, female: bool) -> str:
        """The next Tenor number of that day whose ninth digit says what it would have said before 2032."""
        while True:
            serial = self.numbers[born, female]
            self.numbers[born, female] += 1
            number = make_tenor(born, serial)
            if (int(number[8]) % 2 == 0) == female:
                return number

    def _draw(self, age: int, *, female: bool) -> list[Disease]:
        """Conditions, one after the other: some people have more of everything, and some go together."""
        burden = self.rng.lognormvariate(-0.18, 0.6)
        drawn: list[Disease] = []
        for disease in DISEASES:
            share = 0.0
            for from_age, women, men in disease.rates:
                if age >= from_age:
                    share = women if female else men
            for code, factor in disease.after:
                share *= factor if any(d.code == code for d in drawn) else 1
            if self.rng.random() < min(0.9, share * burden):
                drawn.append(disease)
        # One kind of hypertension is enough.
        codes = {d.code for d in drawn}
        return [d for d in drawn if not (d.code == "K86" and "K87" in codes)]

    def _since(self, disease: Disease, born: dt.date) -> dt.date:
        """The year it began: mostly long ago, now and then this year."""
        days = round(min(self.rng.expovariate(1 / (disease.years * 220)), (self.today - born).days * 0.8))
        return self.today - max(20, days) * DAY

    def _condition(self, pk: int, disease: Disease, since: dt.date) -> ConditionRow:
        return ConditionRow(
            self.ids.next(ConditionRow),
            self.roster.clinic_id,
            pk,
            disease.code,
            ICPC2,
            disease.code,
            disease.text,
            since,
        )

    def _drugs(
        self, pk: int, age: int, drawn: list[Disease], codes: dict[str, dt.date], born: dt.date
    ) -> frozenset[str]:
        """Adds the patient's drugs; returns those in use."""
        rng = self.rng
        wanted: dict[str, tuple[str, dt.date]] = {}
        for disease in drawn:
            for atc, text, share in disease.drugs:
                if rng.random() < share:
                    wanted.setdefault(atc, (text, codes[disease.code] + rng.randrange(200) * DAY))
        for atc, text, old, middle in OTHER_DRUGS:
            if rng.random() < (old if age >= 70 else middle if age >= 40 else 0.01):
                wanted.setdefault(atc, (text, self.today - rng.randrange(30, 2000) * DAY))
        for atc, other in INSTEAD_OF.items():
            if atc in wanted:
                wanted.pop(other, None)
        in_use = set()
        for atc, (text, began) in wanted.items():
            since = max(born, min(began, self.today - 3 * DAY))
            stopped = rng.random() < 0.08 and since < self.today - 120 * DAY
            ends = self.today - rng.randrange(10, 100) * DAY if stopped else None
            if ends is None:
                in_use.add(atc)
            self.made.medications.append(
                MedicationRow(
                    self.ids.next(MedicationRow), self.roster.clinic_id, pk, ATC, atc, text, since, ends
                )
            )
        return frozenset(in_use)

    def _gone(self, age: int, conditions: int, born: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """(died on, moved on) some time since the clinic began with Fordel; for most, neither."""
        days = (self.today - self.roster.starts_on).days
        share = days / 365
        when = self.today - self.rng.randrange(3, max(4, days)) * DAY
        if when <= born:
            return None, None
        dying = next(rate for from_age, rate in DYING if age >= from_age)
        if self.rng.random() < dying * share * (0.7 + 0.2 * min(conditions, 5)):
            return when, None
        moving = next(rate for from_age, rate in MOVING if age >= from_age)
        return None, when if self.rng.random() < moving * share else None

    def _home_care(self, age: int, codes: dict[str, dt.date]) -> bool:
        share = 0.02 if age >= 67 else 0.001
        share += 0.22 if age >= 85 else 0.0
        share += 0.4 if "P70" in codes else 0.0
        return self.rng.random() < share

    def _stays(self, pk: int, age: int, conditions: int, gone_on: dt.date | None) -> None:
        """Contacts with hospital in the year that has been."""
        rng = self.rng
        if rng.random() > 0.02 + 0.0011 * age + 0.03 * conditions:
            return
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            day = (gone_on or self.today) - rng.randrange(2, 365) * DAY
            starts = midnight(day) + dt.timedelta(minutes=rng.randrange(8 * 60, 16 * 60, 15))
            kind, length = rng.choice(
                (("AMB", 1), ("AMB", 1), ("EMER", 5), ("IMP", 24 * rng.randrange(1, 9)))
            )
            made = self.ids.next(EncounterRow)
            self.made.encounters.append(
                EncounterRow(
                    made,
                    self.roster.clinic_id,
                    pk,
                    f"demo-{len(self.made.encounters) + 1}",
                    kind,
                    rng.choice(DEPARTMENTS),
                    starts,
                    starts + dt.timedelta(hours=length),
                )
            )


def _weight(age: int, conditions: int) -> float:
    """How much unplanned work a patient makes, beside the others."""
    return (0.3 if age < 18 else 0.6 if age < 45 else 1.0 if age < 70 else 1.8) * (1 + 0.5 * conditions)
