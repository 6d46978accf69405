"""Drawing the charts of closed weeks."""

from __future__ import annotations

from collections.abc import Sequence

from reports import captions, charts, drawn, queries
from reports.models import CapacityLine, MovableLine, ReportChart
from reports.queries import Headline
from teams.wall import jobs_scope


def draw_charts(*, reports: Sequence[int]) -> int:
    """Draw the charts of these reports, of whatever clinics; how many reports got theirs.

    Safe to run twice: a chart that is there stays. Reads in a bounded number of queries for the whole batch,
    then draws (a tenth of a second a chart) outside any transaction, then writes.
    """
    with jobs_scope():
        drawings = [
            (headline.report, name, dark, spec, words)
            for headline, kinds, professions, weeks in queries.to_draw(reports)
            for dark, theme in ((False, charts.LIGHT), (True, charts.DARK))
            for name, spec, words in _specs(headline, kinds, professions, weeks, theme)
        ]
    pictures = [
        ReportChart(
            clinic_id=report.clinic_id,
            report=report,
            name=name,
            dark=dark,
            svg=charts.draw(spec, title=words.title, description=words.description),
        )
        for report, name, dark, spec, words in drawings
    ]
    with jobs_scope():
        ReportChart.objects.bulk_create(pictures, ignore_conflicts=True)
    return len({chart.report_id for chart in pictures})


def _specs(
    headline: Headline,
    kinds: Sequence[MovableLine],
    professions: Sequence[CapacityLine],
    weeks: Sequence[Headline],
    theme: charts.Theme,
) -> list[tuple[str, charts.Spec, captions.Words]]:
    minutes, done = drawn.kind_figures(kinds), drawn.profession_figures(professions)
    past = drawn.week_figures(weeks)
    movable, capacity = captions.movable_words(headline), captions.capacity_words(headline)
    trend = captions.trend_words(weeks)
    return [
        ("movable", charts.movable_spec(minutes, theme), movable),
        ("movable-narrow", charts.movable_spec(minutes, theme, narrow=True), movable),
        ("capacity", charts.capacity_spec(done, theme), capacity),
        ("capacity-narrow", charts.capacity_spec(done, theme, narrow=True), capacity),
        ("trend", charts.trend_spec(past, theme), trend),
        ("trend-narrow", charts.trend_spec(past, theme, narrow=True), trend),
    ]
