"""Doctors' minutes that others could have had as rows: by what rule, how sure, and what there was time for. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.definitions import DEFINITIONS
from reports.models import Bucket, MovableLine, MoveLine, Stop
from reports.presenters import either, profession_name
from tasks.models import Certainty, Origin
from teams.definitions import Definition
from teams.models import Profession
from teams.templatetags.fordel import minutes as in_words


@dataclass(frozen=True, slots=True)
class MovableRow:
    """One kind: how often and from where, the doctors' minutes, those of them others could have had, and why."""

    kind: str
    pk: int
    origins: str
    occasions: int
    doctor_minutes: int
    minutes: int
    if_delegated: int
    whose: str
    rule: str
    certainty: str
    moved: int
    room: str


@dataclass(frozen=True, slots=True)
class MovableGroup:
    """`moved` are the minutes that others had time for; None where that is no question (what goes back)."""

    bucket: str
    definition: Definition
    minutes: int
    rows: list[MovableRow]
    moved: int | None


def movable_groups(lines: Iterable[MovableLine], moves: Iterable[MoveLine] = ()) -> list[MovableGroup]:
    """The buckets in their order, each with a row a kind, the most minutes first; empty ones too."""
    of: dict[str, dict[int, list[MovableLine]]] = {bucket: defaultdict(list) for bucket in Bucket.values}
    for line in lines:
        of[line.bucket][line.kind_id].append(line)
    move_of = {(move.bucket, move.kind_id): move for move in moves}
    groups = []
    for bucket, kinds in of.items():
        found = [_movable_row(alike, move_of.get((bucket, kind))) for kind, alike in kinds.items()]
        rows = sorted(found, key=lambda row: (-row.minutes, -row.if_delegated, row.kind))
        moved = sum(row.moved for row in rows) if bucket in (Bucket.MOVABLE, Bucket.PREPARABLE) else None
        minutes = sum(row.if_delegated if bucket == Bucket.DELEGABLE else row.minutes for row in rows)
        groups.append(MovableGroup(bucket, DEFINITIONS[bucket], minutes, rows, moved))
    return groups


def _movable_row(lines: Sequence[MovableLine], move: MoveLine | None) -> MovableRow:
    """The lines of one kind in one bucket, its origins together."""
    kind = lines[0].kind
    ranked = sorted(lines, key=lambda line: -line.occasions)
    return MovableRow(
        kind.name,
        kind.pk,
        _origins(ranked),
        sum(line.occasions for line in lines),
        sum(line.doctor_minutes for line in lines),
        sum(line.minutes for line in lines),
        sum(line.if_delegated for line in lines),
        _whose(lines[0]),
        " · ".join(dict.fromkeys(filter(None, [kind.return_rule, kind.rule]))),
        _certainty(lines[0]),
        sum(move.moved.values()) if move else 0,
        _room(move) if move else "",
    )


def _room(move: MoveLine) -> str:
    """«sykepleier 40 min; 20 min: ingen av dem har tid»."""
    ranked = sorted(move.moved.items(), key=lambda pair: -pair[1])
    told = [f"{profession_name(who)} {in_words(spent)}" for who, spent in ranked]
    had = ", ".join(told)
    if not move.stop:
        return had
    rest = f"{in_words(move.rest)}: {Stop(move.stop).label}"
    return f"{had}; {rest}" if had else rest


def _certainty(line: MovableLine) -> str:
    """How the minutes are known."""
    if line.bucket != Bucket.PREPARABLE:
        return _("ført av legen")
    told = {
        "n": line.measured,
        "minutes": in_words(line.estimate),
        "how": Certainty(line.kind.certainty).label,
    }
    if line.measured:
        return _("målt: median av %(n)d er %(minutes)s") % told
    return _("anslag: %(minutes)s, %(how)s") % told


def _origins(ranked: Sequence[MovableLine]) -> str:
    """«pasient», or «pasient 3, sykehus 1» where the times stand for more than one origin."""
    if len(ranked) == 1:
        return str(Origin(ranked[0].origin).label)
    return ", ".join(f"{Origin(line.origin).label} {line.occasions}" for line in ranked)


def _whose(line: MovableLine) -> str:
    """Who could have had it."""
    kind = line.kind
    if line.bucket == Bucket.RETURNABLE:
        return _("avsender") if kind.return_rule.startswith("H") else _("kan avslås")
    takers = either(map(profession_name, line.takers))
    if (
        line.bucket == Bucket.MOVABLE
        and kind.professions == [Profession.DOCTOR]
        and line.takers == kind.delegable_to
    ):
        return _("%(who)s, delegert") % {"who": takers}
    return takers
