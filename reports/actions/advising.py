"""What of each closed week could really have moved, and which changes would have freed most: reports/transport.py."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from reports import queries
from reports.models import Bucket, CapacityLine, Change, MovableLine, MoveLine
from reports.transport import Piece, move, suggest
from teams.wall import jobs_scope

BATCH = 250  # reports in memory at a time


def advise(clinics: Sequence[int] | None = None) -> int:
    """Write the move lines and changes of every report that has movable lines and none of those yet, of these clinics or
    of all; how many reports.

    Safe to run twice and to be killed: a batch of reports gets all its lines in one transaction. Six statements a batch.
    """
    told = 0
    while batch := _advise_some(clinics):
        told += batch
    return told


def _advise_some(clinics: Sequence[int] | None) -> int:
    with jobs_scope():
        waiting = queries.unadvised(clinics, BATCH)
        free = _free(CapacityLine.objects.filter(report__in=waiting, member=None))
        lines: dict[tuple[int, int], list[MovableLine]] = defaultdict(list)
        for line in MovableLine.objects.filter(report__in=waiting).select_related("kind").order_by("id"):
            lines[line.report_id, line.clinic_id].append(line)
        moves: list[MoveLine] = []
        changes: list[Change] = []
        for (report, clinic), found in lines.items():
            _tell(report, clinic, found, free[report], moves, changes)
        MoveLine.objects.bulk_create(moves, ignore_conflicts=True)
        Change.objects.bulk_create(changes, ignore_conflicts=True)
        return len(waiting)


def _free(lines: Iterable[CapacityLine]) -> dict[int, dict[str, int]]:
    """By report: minutes for tasks that were not used, of each profession but the doctors."""
    free: dict[int, dict[str, int]] = defaultdict(dict)
    for line in lines:
        if line.profession not in ("", "doctor"):
            free[line.report_id][line.profession] = max(0, line.capacity_minutes - line.task_minutes)
    return free


def _tell(
    report: int,
    clinic: int,
    lines: Sequence[MovableLine],
    free: dict[str, int],
    moves: list[MoveLine],
    changes: list[Change],
) -> None:
    pieces, returnable = _pieces(lines)
    whose = {"clinic_id": clinic, "report_id": report}
    moves += [
        MoveLine(
            **whose, kind_id=each.piece.kind, bucket=each.piece.bucket, moved=each.to, rest=each.rest, stop=each.stop
        )
        for each in move(pieces, free)
    ]  # fmt: skip
    # What can only be returned has a line too: that there are lines says that the report has been looked at.
    moves += [
        MoveLine(**whose, kind_id=kind, bucket=Bucket.RETURNABLE, rest=minutes)
        for kind, minutes in returnable.items()
    ]
    changes += [
        Change(
            **whose, place=place, step=each.step, kind_id=each.kind, profession=each.profession, minutes=each.minutes
        )
        for place, each in enumerate(suggest(pieces, free, returnable), 1)
    ]  # fmt: skip


def _pieces(lines: Sequence[MovableLine]) -> tuple[list[Piece], Counter[int]]:
    """The lines of a report, origins together: what others may take, and the minutes by kind that go back."""
    sums: dict[tuple[int, str], list[MovableLine]] = defaultdict(list)
    returnable: Counter[int] = Counter()
    for line in lines:
        if line.bucket == Bucket.RETURNABLE:
            returnable[line.kind_id] += line.minutes
        else:
            sums[line.kind_id, line.bucket].append(line)
    pieces = [
        Piece(
            kind, bucket, sum(line.minutes for line in alike), tuple(alike[0].takers),
            sum(line.if_delegated for line in alike), sum(line.instead for line in alike), tuple(alike[0].kind.delegable_to),
        )
        for (kind, bucket), alike in sums.items()
    ]  # fmt: skip
    return pieces, returnable
