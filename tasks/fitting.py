"""Which changes of a plan still hold when they are to be carried out: law, presence and minutes may have changed. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from tasks.gathering import Gathered, Row

Place = tuple[int, dt.date]


class LeftAlone(StrEnum):
    """Why a change was not carried out."""

    CHANGED = "changed"  # somebody changed, began or ended the task since
    MAY_NOT = "may_not"  # law, profession, delegation or a leader says no now
    AWAY = "away"  # absent that day now, or the day is past
    FULL = "full"  # the day has been filled since, or what should have made room was not chosen
    ORDER = "order"  # a signature would come before its preparation


class Move(NamedTuple):
    """A task that shall go to `member` on `day`, read in `version`."""

    task_id: int
    version: int
    member: int | None
    day: dt.date | None
    minutes: int


def no_longer(
    moves: Sequence[Move], gathered: Gathered, clinic_id: int, *, room: bool = True
) -> dict[int, LeftAlone]:
    """All that does not hold any more, by task id; `room`: what would fill a day beyond its minutes as well."""
    left = may_not(moves, gathered, clinic_id)
    left |= away([move for move in moves if move.task_id not in left], gathered)
    if room or left:  # what is left where it is may take the minutes of what was to come there
        left |= full([move for move in moves if move.task_id not in left], gathered, clinic_id)
    return left | out_of_order([move for move in moves if move.task_id not in left], gathered, clinic_id)


def may_not(moves: Iterable[Move], gathered: Gathered, clinic_id: int) -> dict[int, LeftAlone]:
    """Those whose task has changed, or whom the law does not let have it today, by task id."""
    rows = {row.id: row for row in gathered.rows.get(clinic_id, ())}
    staff = gathered.staff(clinic_id)
    found = {}
    for move in moves:
        row = rows.get(move.task_id)
        if row is None or row.version != move.version:
            found[move.task_id] = LeftAlone.CHANGED
        elif move.member is not None and move.member not in {
            c.member_id for c in gathered.candidates(row, staff)
        }:
            found[move.task_id] = LeftAlone.MAY_NOT
    return found


def away(moves: Iterable[Move], gathered: Gathered) -> dict[int, LeftAlone]:
    """Those whose member has no minutes at all on the day, by task id."""
    return {
        move.task_id: LeftAlone.AWAY
        for move in moves
        if move.member is not None and move.day and not gathered.time.get(move.member, {}).get(move.day)
    }


def out_of_order(moves: Sequence[Move], gathered: Gathered, clinic_id: int) -> dict[int, LeftAlone]:
    """Changes to leave out so that none puts a signature on an earlier day than its preparation, by task id.

    What is left out stays where it is, and may be in the way of others: looked at again until nothing changes.
    """
    first = gathered.days[0]
    rows = {row.id: row for row in gathered.rows.get(clinic_id, ())}
    going, out = {move.task_id: move for move in moves}, set[int]()

    def day_of(task_id: int) -> dt.date | None:
        day = going[task_id].day if task_id in going else rows[task_id].planned_on
        return None if day is None else max(day, first)

    pairs = [(row.id, row.after_id) for row in rows.values() if row.after_id in rows]
    again = True
    while again:
        again = False
        for signature, preparation in pairs:
            signed, prepared = day_of(signature), day_of(preparation or 0)
            if signed is not None and (prepared is None or signed < prepared):
                # A pair that stood so before is nobody's fault here.
                wrong = next((each for each in (signature, preparation) if each in going), None)
                if wrong is not None:
                    del going[wrong]
                    out.add(wrong)
                    again = True
    return dict.fromkeys(out, LeftAlone.ORDER)


def full(moves: Sequence[Move], gathered: Gathered, clinic_id: int) -> dict[int, LeftAlone]:
    """Changes to leave out so that none fills a day beyond its minutes, the latest first, by task id.

    What is left out stays where it is, which may fill another day: looked at again until nothing changes. In the
    end none of them would fit by itself.
    """
    rows = {row.id: row for row in gathered.rows.get(clinic_id, ())}
    going, out = list(moves), []
    while over := _over(going, rows, gathered):
        out += [move for move in going if move.task_id in over]
        going = [move for move in going if move.task_id not in over]
    booked = _booked(going, rows)
    while back := next((move for move in out if _fits(move, booked, gathered)), None):
        out.remove(back)
        going.append(back)
        booked = _booked(going, rows)
    return {move.task_id: LeftAlone.FULL for move in out}


def _fits(move: Move, booked: Mapping[Place, int], gathered: Gathered) -> bool:
    place = _place(move.member, move.day)
    return place is not None and booked.get(place, 0) + move.minutes <= _free(place, gathered)


def _free(place: Place, gathered: Gathered) -> int:
    return gathered.minutes.get(place[0], {}).get(place[1], 0)


def _over(moves: Sequence[Move], rows: Mapping[int, Row], gathered: Gathered) -> set[int]:
    booked = _booked(moves, rows)
    into: dict[Place, list[Move]] = defaultdict(list)
    for move in moves:
        place = _place(move.member, move.day)
        if place and place != _place(rows[move.task_id].assignee_id, rows[move.task_id].planned_on):
            into[place].append(move)
    out = set()
    for place, coming in into.items():
        too_much = booked[place] - _free(place, gathered)
        for move in reversed(coming):
            if too_much <= 0:
                break
            too_much -= move.minutes
            out.add(move.task_id)
    return out


def _booked(moves: Iterable[Move], rows: Mapping[int, Row]) -> Mapping[Place, int]:
    """Minutes by member and day, once these changes are carried out."""
    moved = {move.task_id: move for move in moves}
    booked: dict[Place, int] = defaultdict(int)
    for row in rows.values():
        move = moved.get(row.id)
        place = _place(move.member, move.day) if move else _place(row.assignee_id, row.planned_on)
        if place:
            booked[place] += move.minutes if move else row.planned_minutes
    return booked


def _place(member: int | None, day: dt.date | None) -> Place | None:
    return (member, day) if member is not None and day is not None else None
