"""How many of the movable minutes could really have moved: a transportation problem for one clinic and week.

Minutes of a kind may go to any profession that could have had them, as far as that profession's time for tasks was not
used up. As many as possible move, and of the ways to do so the one with the lowest sufficient level of care is taken:
one min-cost flow, exact in whole minutes. Minutes may be split, so the figure is what there was room for in the week,
not a day's plan. Pure, apart from OR-Tools, which is loaded where a worker solves and never by a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reports.models import Bucket, Step, Stop
from teams.models import Profession

LEVEL = {profession: level for level, profession in enumerate(Profession.values)}
MOST = 3  # changes shown


@dataclass(frozen=True, slots=True)
class Piece:
    """Doctors' minutes of a kind in a bucket and who could have had them; those that a delegation would move, in place of
    which of the former (`instead`), and to whom.
    """

    kind: int
    bucket: str
    minutes: int
    takers: tuple[str, ...]
    if_delegated: int = 0
    instead: int = 0
    delegable_to: tuple[str, ...] = ()


@dataclass(slots=True)
class Moved:
    """What of a piece there was time for, minutes by profession, and what stopped the rest."""

    piece: Piece
    to: dict[str, int] = field(default_factory=dict)
    rest: int = 0
    stop: str = ""

    @property
    def minutes(self) -> int:
        return sum(self.to.values())


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change and the doctors' minutes it would have freed that week."""

    step: str
    kind: int
    profession: str
    minutes: int


def move(pieces: Sequence[Piece], free: Mapping[str, int]) -> list[Moved]:
    """In the order of the pieces. `free` has the minutes left of each profession that works here, 0 if none."""
    moved = [Moved(piece, rest=piece.minutes) for piece in pieces]
    for place, taker, minutes in _flow(pieces, free):
        moved[place].to[taker] = minutes
        moved[place].rest -= minutes
    for each in moved:
        if each.piece.bucket == Bucket.DELEGABLE:
            each.rest, each.stop = each.piece.if_delegated, Stop.DELEGATION
        elif each.rest:
            each.stop = Stop.TIME if set(each.piece.takers) & free.keys() else Stop.NOBODY
    return moved


def _flow(pieces: Sequence[Piece], free: Mapping[str, int]) -> list[tuple[int, str, int]]:
    """(place of the piece, profession, minutes above 0)."""
    from ortools.graph.python import min_cost_flow

    takers = sorted(free, key=LEVEL.__getitem__)
    arcs = [
        (place, taker)
        for place, piece in enumerate(pieces)
        for taker in takers
        if taker in piece.takers and piece.minutes and free[taker]
    ]
    if not arcs:
        return []
    graph = min_cost_flow.SimpleMinCostFlow()
    sink = len(pieces) + len(takers)
    for place, taker in arcs:
        node = len(pieces) + takers.index(taker)
        graph.add_arc_with_capacity_and_unit_cost(place, node, pieces[place].minutes, LEVEL[taker])
    for node, taker in enumerate(takers, len(pieces)):
        graph.add_arc_with_capacity_and_unit_cost(node, sink, free[taker], 0)
    for place, piece in enumerate(pieces):
        graph.set_node_supply(place, piece.minutes)
    graph.set_node_supply(sink, -sum(piece.minutes for piece in pieces))
    if graph.solve_max_flow_with_min_cost() != graph.OPTIMAL:
        raise RuntimeError("a flow of minutes without a best answer")
    flows = [(place, taker, int(graph.flow(arc))) for arc, (place, taker) in enumerate(arcs)]
    return [each for each in flows if each[2]]


def suggest(
    pieces: Sequence[Piece], free: Mapping[str, int], returnable: Mapping[int, int]
) -> list[Suggestion]:
    """The changes that would have freed most doctor time that week, the greatest first: at most three, none of nothing.

    A delegation counts with what there was time for beyond what could move without it; a return (`returnable`: minutes
    by kind) with all its minutes; leaving to others what they may do already with what they had time for.
    """
    now = move(pieces, free)
    found = [Suggestion(Step.RETURN, kind, "", minutes) for kind, minutes in returnable.items()]
    for kind in sorted({piece.kind for piece in pieces}):
        for step, bucket in ((Step.HAND_OVER, Bucket.MOVABLE), (Step.PREPARE, Bucket.PREPARABLE)):
            to = _to([each for each in now if (each.piece.kind, each.piece.bucket) == (kind, bucket)])
            found.append(Suggestion(step, kind, _most(to), sum(to.values())))
        if any(piece.kind == kind and piece.if_delegated for piece in pieces):
            then = move([each for piece in pieces for each in _if_delegated(piece, kind)], free)
            more = sum(each.minutes for each in then) - sum(each.minutes for each in now)
            to = _to([each for each in then if each.piece.kind == kind])
            found.append(Suggestion(Step.DELEGATE, kind, _most(to), more))
    found = [each for each in found if each.minutes > 0]
    return sorted(found, key=lambda each: (-each.minutes, each.step, each.kind))[:MOST]


def _if_delegated(piece: Piece, kind: int) -> list[Piece]:
    """The piece as if its doctors had delegated this kind: what that moves, and what it leaves as it was."""
    if piece.kind != kind or not piece.if_delegated:
        return [piece]
    left = Piece(kind, piece.bucket, piece.minutes - piece.instead, piece.takers)
    return [left, Piece(kind, Bucket.MOVABLE, piece.if_delegated, piece.delegable_to)]


def _to(moved: Iterable[Moved]) -> Counter[str]:
    """Minutes by profession."""
    to: Counter[str] = Counter()
    for each in moved:
        to.update(each.to)
    return to


def _most(to: Counter[str]) -> str:
    return max(to, key=lambda taker: (to[taker], -LEVEL[taker]), default="")
