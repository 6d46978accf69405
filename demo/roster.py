"""A cast on the calendar: rows for members, hours and absences, and who is there on which day.

Pure but for `random.Random`, which the caller seeds.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from demo.people import AROUND_NOW, Cast, Hours, Person, first_day, started_on, weeks_ago
from demo.rows import AbsenceRow, DelegationRow, HoursRow, Ids, MemberRow
from teams.calendar import DAY, Week, day_share, midnight, working_day_on_or_before
from teams.models import AbsenceReason

SICK_SPELLS_A_YEAR = 4
BEFORE_US = dt.timedelta(days=3 * 365)


class Roster:
    """The clinic's people, in the cast's order. Days away that nobody could foresee are `sick`."""

    def __init__(
        self,
        cast: Cast,
        clinic_id: int,
        user_ids: Mapping[str, int],
        today: dt.date,
        rng: random.Random,
        ids: Ids,
    ) -> None:
        self.cast, self.clinic_id, self.today = cast, clinic_id, today
        self.starts_on = started_on(cast, today)
        self.members = [self._member(person, user_ids, ids.next(MemberRow)) for person in cast.people]
        self.by_name = {member.name: member for member in self.members}
        self.by_id = {member.id: member for member in self.members}
        self.hours = [
            row
            for person, member in zip(cast.people, self.members, strict=True)
            for hours in person.hours
            for row in self._hours(hours, member, ids)
        ]
        self.absences = self._absences(rng, ids)
        self._minutes_by_weekday: dict[tuple[int, int], list[HoursRow]] = {}
        for hours_row in self.hours:
            self._minutes_by_weekday.setdefault((hours_row.member_id, hours_row.weekday), []).append(
                hours_row
            )

    def _member(self, person: Person, user_ids: Mapping[str, int], pk: int) -> MemberRow:
        starts = self.starts_on - BEFORE_US
        if person.from_weeks is not None:
            starts = weeks_ago(self.today, person.from_weeks)
        ends = None if person.to_weeks is None else weeks_ago(self.today, person.to_weeks) - DAY
        user_id = user_ids.get(person.username or "")
        return MemberRow(
            pk, self.clinic_id, user_id, person.name, person.profession, person.access, starts, ends
        )

    def _hours(self, hours: Hours, member: MemberRow, ids: Ids) -> list[HoursRow]:
        starts = member.starts_on if hours.from_weeks is None else weeks_ago(self.today, hours.from_weeks)
        ends = None if hours.to_weeks is None else weeks_ago(self.today, hours.to_weeks) - DAY
        return [
            HoursRow(ids.next(HoursRow), self.clinic_id, member.id, day, hours.minutes, booked, starts, ends)
            for day, booked in zip(hours.weekdays, hours.booked, strict=True)
        ]

    # --- days away

    def _absences(self, rng: random.Random, ids: Ids) -> list[AbsenceRow]:
        rows: list[AbsenceRow] = []
        base = first_day(self.today)
        for name, reason, first, last, cover in AROUND_NOW[self.cast.slug]:
            cover_id = self.by_name[cover].id if cover else None
            self._away(rows, ids, name, base + first * DAY, base + last * DAY, reason, cover_id)
        for person in self.cast.people:
            for first_day_off, last_day_off in self._holidays(person):
                self._away(rows, ids, person.name, first_day_off, last_day_off, AbsenceReason.HOLIDAY)
        for person in self.cast.people:
            if person.hours:
                for first_day_off, last_day_off in self._sick(rng):
                    self._away(rows, ids, person.name, first_day_off, last_day_off, AbsenceReason.SICK)
        return sorted(rows, key=lambda row: row.id)

    def _away(
        self,
        rows: list[AbsenceRow],
        ids: Ids,
        name: str,
        first: dt.date,
        last: dt.date,
        reason: str,
        cover_id: int | None = None,
    ) -> None:
        """Unless they are away already, or do not work here then."""
        member = self.by_name[name]
        if first < member.starts_on or (member.ends_on and last > member.ends_on):
            return
        if any(r.member_id == member.id and r.starts_on <= last and first <= r.ends_on for r in rows):
            return
        pk = ids.next(AbsenceRow)
        rows.append(AbsenceRow(pk, self.clinic_id, member.id, first, last, str(reason), cover_id))

    def _holidays(self, person: Person) -> list[tuple[dt.date, dt.date]]:
        """Three weeks of summer, a week in winter or autumn, and for every other one the days around Christmas.

        None in the week around today, where the demo has its own.
        """
        found = []
        for year in range(self.starts_on.year, self.today.year + 2):
            if person.summer_week:
                monday = Week(year, person.summer_week).monday
                found.append((monday, monday + 20 * DAY))
                if person.summer_week % 2:
                    found.append((dt.date(year, 12, 22), dt.date(year + 1, 1, 2)))
            for week in person.other_weeks:
                found.append((Week(year, week).monday, Week(year, week).sunday))
        near = (self.today - 5 * DAY, self.today + 12 * DAY)
        until = self.today + 200 * DAY
        return [
            (a, b) for a, b in found if self.starts_on <= a <= until and not (a <= near[1] and near[0] <= b)
        ]

    def _sick(self, rng: random.Random) -> list[tuple[dt.date, dt.date]]:
        """Short spells, more of them in the winter; none in the last days before today."""
        days = (self.today - self.starts_on).days - 4
        spells = []
        for _ in range(round(SICK_SPELLS_A_YEAR * days / 365)):
            first = self.starts_on + rng.randrange(max(1, days - 3)) * DAY
            if first.month in (6, 7, 8) and rng.random() < 0.6:
                continue
            spells.append((first, first + rng.choice((0, 0, 1, 1, 2, 2)) * DAY))
        return spells

    # --- who is there

    def capacity(self, member_id: int, day: dt.date) -> int:
        """Minutes for tasks that day, absence aside: what teams_capacity says of somebody who is there."""
        member = self.by_id[member_id]
        if day < member.starts_on or (member.ends_on and day > member.ends_on):
            return 0
        for row in self._minutes_by_weekday.get((member_id, day.isoweekday()), ()):
            if row.starts_on <= day and (row.ends_on is None or day <= row.ends_on):
                return round((row.minutes - row.booked_minutes) * day_share(day))
        return 0

    def away(self, member_id: int, day: dt.date) -> AbsenceRow | None:
        """The absence that the day falls in, if any."""
        return next(
            (r for r in self.absences if r.member_id == member_id and r.starts_on <= day <= r.ends_on), None
        )

    def delegations(self, kind_ids: Mapping[str, int], ids: Ids) -> list[DelegationRow]:
        """The cast's delegations as rows; `kind_ids` by slug."""
        return [
            DelegationRow(
                ids.next(DelegationRow),
                self.clinic_id,
                self.by_name[d.doctor].id,
                self.by_name[d.member].id,
                kind_ids[d.kind],
                d.instruction,
                starts := working_day_on_or_before(self.today - d.from_days * DAY),
                None if d.to_days is None else self.today - d.to_days * DAY,
                None if d.revoked_days is None else self.today - d.revoked_days * DAY,
                midnight(starts) + dt.timedelta(hours=7, minutes=40),
            )
            for d in self.cast.delegations
        ]
