"""Charts that say their numbers in words, draw nothing from afar and run nothing."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from reports.actions.closing import close_weeks
from reports.actions.drawing import draw_charts
from reports.charts import (
    DARK,
    LIGHT,
    MOST_KINDS,
    NAMES,
    KindFigure,
    ProfessionFigure,
    Spec,
    WeekFigure,
    capacity_spec,
    draw,
    movable_spec,
    trend_spec,
)
from reports.models import ReportChart, WeeklyReport
from tests.conftest import Cast
from tests.reports.conftest import WEEK, done

SVG = "{http://www.w3.org/2000/svg}"
KINDS = [
    KindFigure("Reseptfornyelse", preparable=30),
    KindFigure("Telefonhenvendelse", movable=225),
    KindFigure("Attest <uten> plikt", movable=5, returnable=70),
]
SPECS = [
    movable_spec(KINDS, LIGHT),
    capacity_spec([ProfessionFigure("lege", 600, 250), ProfessionFigure("sykepleier", 0, 20)], LIGHT),
    trend_spec([WeekFigure("46", 90, 12), WeekFigure("47", 0, 0)], DARK),
    movable_spec(KINDS, DARK, narrow=True),
    capacity_spec([ProfessionFigure("lege", 600, 250)], LIGHT, narrow=True),
    trend_spec([WeekFigure("46", 90, 12), WeekFigure("47", 0, 0)], LIGHT, narrow=True),
    movable_spec([], LIGHT),
    capacity_spec([], LIGHT),
]


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  # our own drawing, and nobody else's


def texts(svg: str) -> list[str]:
    return [(node.text or "").replace("\u00a0", " ") for node in parsed(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("spec", SPECS)
def test_a_chart_is_named_described_and_lifeless(spec: Spec) -> None:
    svg = draw(spec, title="Legetid på arbeid <andre> kan ta", description="Uke 47 & 46")
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Legetid på arbeid <andre> kan ta"  # type: ignore[union-attr]
    assert root.find(f"{SVG}desc").text == "Uke 47 & 46"  # type: ignore[union-attr]
    assert not re.search(r"<script|<foreignObject|\son\w+=|javascript:|@import|url\(\s*['\"]?http", svg)
    addresses = set(re.findall(r"https?://[^\"' <]+", svg))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_bars_say_their_minutes_and_bucket_in_words_largest_first() -> None:
    said = texts(draw(movable_spec(KINDS, LIGHT), title="", description=""))
    ranked = [text for text in said if " – " in text]
    assert ranked == [
        "3 t 45 min – flyttes nå",
        "1 t 15 min – flyttes nå og tilbake eller avslås",
        "30 min – forberedes av andre",
    ]
    assert "Attest <uten> plikt" in said


def test_a_bar_of_several_buckets_is_brief_where_there_is_little_room() -> None:
    of_two, of_three = KindFigure("To", movable=5, returnable=70), KindFigure("Tre", 1, 2, 3)
    narrow = texts(draw(movable_spec([of_two, of_three], LIGHT, narrow=True), title="", description=""))
    assert {"1 t 15 min – flyttes og tilbake", "6 min – alle tre gruppene"} <= set(narrow)


def test_charts_are_no_wider_than_what_they_are_shown_in() -> None:
    kinds = [KindFigure("Sykmelding for innleggelse og tiden etter", movable=225, returnable=100), *KINDS]
    week = [WeekFigure(str(n), 90 * n, n) for n in range(36, 48)]
    professions = [ProfessionFigure("helsesekretær", 42_150, 6_470), ProfessionFigure("lege", 0, 0)]

    def width(spec: Spec) -> float:
        return float(parsed(draw(spec, title="", description="")).get("width") or 0)

    assert width(movable_spec(kinds, LIGHT)) <= 880  # px: the page at 1440, less the three sums beside it
    for spec in (capacity_spec(professions, LIGHT), trend_spec(week, LIGHT)):
        assert width(spec) <= 580  # half a page
    for spec in (
        movable_spec(kinds, LIGHT, narrow=True),
        capacity_spec(professions, LIGHT, narrow=True),
        trend_spec(week, LIGHT, narrow=True),
    ):
        assert width(spec) <= 332  # a phone of 390, less margins


def test_many_kinds_become_the_largest_and_the_rest_with_no_minute_lost() -> None:
    many = [KindFigure(f"Type {n}", movable=n) for n in range(1, 31)]
    bars = movable_spec(many, LIGHT)["layer"][0]["data"]["values"]
    assert len(bars) == MOST_KINDS
    assert bars[0]["kind"] == "Type 30"
    assert bars[-1]["kind"] == "19 andre typer"
    assert sum(bar["minutes"] for bar in bars) == sum(range(1, 31))


def lightness(colour: str) -> float:
    """Relative luminance as WCAG counts it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted([lightness(one), lightness(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "ground"), [(LIGHT, "#ffffff"), (DARK, "#1a1c1e")])
def test_shades_are_told_apart_without_hue_and_text_is_readable(theme: object, ground: str) -> None:
    colours = json.loads(json.dumps({name: getattr(theme, name) for name in theme.__slots__}))  # type: ignore[attr-defined]
    shades = [colours["movable"], colours["preparable"], colours["returnable"]]
    assert all(contrast(a, b) >= 1.8 for i, a in enumerate(shades) for b in shades[i + 1 :])
    assert contrast(colours["ink"], ground) >= 7
    assert contrast(colours["quiet"], ground) >= 4.5
    assert contrast(colours["edge"], ground) >= 3
    assert contrast(colours["line"], ground) >= 3


def test_charts_are_drawn_once_for_light_and_dark(solbakken: Cast) -> None:
    done(solbakken.doctor, minutes=65)
    close_weeks(now=WEEK.ends_at, week=WEEK)
    report = WeeklyReport.objects.get(clinic=solbakken.clinic)
    assert draw_charts(reports=[report.pk]) == 1
    drawn = {(chart.name, chart.dark): chart for chart in ReportChart.objects.filter(report=report)}
    assert set(drawn) == {(name, dark) for name in NAMES for dark in (False, True)}
    assert "1 t 5 min – flyttes nå" in texts(drawn["movable", False].svg)
    assert "1 t 5 min av 20 t" in texts(drawn["capacity", True].svg)
    before = set(ReportChart.objects.values_list("pk", "svg"))
    assert draw_charts(reports=[report.pk]) == 0
    assert set(ReportChart.objects.values_list("pk", "svg")) == before
