"""A closed week as figures for its charts. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reports.charts import KindFigure, ProfessionFigure, WeekFigure
from reports.models import CapacityLine, MovableLine
from reports.presenters import by_profession, profession_name
from reports.queries import COUNTED, Headline


def kind_figures(lines: Iterable[MovableLine]) -> list[KindFigure]:
    """One figure a kind, its origins together."""
    sums: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(map(str, COUNTED), 0))
    for line in lines:
        if line.bucket in COUNTED:
            sums[line.kind.name][line.bucket] += line.minutes
    return [KindFigure(kind, **buckets) for kind, buckets in sums.items()]


def profession_figures(lines: Iterable[CapacityLine]) -> list[ProfessionFigure]:
    """The professions, doctors first."""
    return [
        ProfessionFigure(profession_name(line.profession), line.capacity_minutes, line.task_minutes)
        for line in by_profession(lines)
    ]


def week_figures(headlines: Sequence[Headline]) -> list[WeekFigure]:
    return [WeekFigure(str(each.week.number), each.minutes, each.report.overdue) for each in headlines]
