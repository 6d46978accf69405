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


class Move(NamedTuple):
    """A task that shall go to `member` on `day`, read in `version`."""

    task_id: int
    version: int
    member: int | None
    day: dt.date | None
    minutes: int


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


def full(moves: Sequence[Move], gathered: Gathered, clinic_id: int) -> dict[int, LeftAlone]:
    """The fewest changes, the latest first, to leave out so that none fills a day beyond its minutes.

    What is left out stays where it is, which may fill another day: looked at again until nothing changes.
    """
    rows = {row.id: row for row in gathered.rows.get(clinic_id, ())}
    left: dict[int, LeftAlone] = {}
    while True:
        going = [move for move in moves if move.task_id not in left]
        over = _over(going, rows, gathered)
        if not over:
            return left
        left |= dict.fromkeys(over, LeftAlone.FULL)


def _over(moves: Sequence[Move], rows: Mapping[int, Row], gathered: Gathered) -> list[int]:
    booked = _booked(moves, rows)
    into: dict[Place, list[Move]] = defaultdict(list)
    for move in moves:
        place = _place(move.member, move.day)
        if place and place != _place(rows[move.task_id].assignee_id, rows[move.task_id].planned_on):
            into[place].append(move)
    out = []
    for place, coming in into.items():
        too_much = booked[place] - gathered.minutes.get(place[0], {}).get(place[1], 0)
        for move in reversed(coming):
            if too_much <= 0:
                break
            too_much -= move.minutes
            out.append(move.task_id)
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
