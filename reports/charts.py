"""Charts of a closed week: figures in, a Vega-Lite spec, an SVG out. Pure.

Each chart says its numbers in words beside the marks, so that it reads in greyscale and without a legend;
the shades are told apart by lightness before hue. Drawn once, light and dark, by a worker; nothing is
fetched: no data address, no font address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from teams.templatetags.fordel import minutes as in_words

NAMES = ("movable", "movable-narrow", "capacity", "capacity-narrow", "trend", "trend-narrow")
FONT = "Inter, 'Inter Variable', 'Helvetica Neue', Arial, sans-serif"
VERSION = "5.21"  # of Vega-Lite: the converter carries several
MOST_KINDS = 12
WIDE, NARROW = (
    570,
    312,
)  # px for bars and the words after them: a laptop's page, and a phone's, without shrinking
LETTER = 7.5  # px: a letter of the axis' size in whichever of the fonts the reader has
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of Designsystemet, in the shades that differ most in lightness."""

    ink: str
    quiet: str
    line: str
    movable: str
    preparable: str
    returnable: str
    edge: str


LIGHT = Theme("#1e2b3c", "#525b66", "#8b939c", "#00447f", "#bcd9f3", "#d98a00", "#00447f")
DARK = Theme("#e9edf2", "#b4bdc7", "#77818c", "#a3cffb", "#1d4a75", "#c77d00", "#a3cffb")


@dataclass(frozen=True, slots=True)
class KindFigure:
    """Doctors' minutes of one kind that others could have had, by bucket."""

    kind: str
    movable: int = 0
    preparable: int = 0
    returnable: int = 0

    @property
    def minutes(self) -> int:
        return self.movable + self.preparable + self.returnable


@dataclass(frozen=True, slots=True)
class ProfessionFigure:
    profession: str
    capacity: int
    done: int


@dataclass(frozen=True, slots=True)
class WeekFigure:
    """One week of the trend: a label such as «47», minutes that others could have had, tasks overdue."""

    week: str
    minutes: int
    overdue: int


def _frame(theme: Theme, **parts: Any) -> Spec:
    axis = {
        "labelColor": theme.ink, "labelFontSize": 14, "labelLimit": 300, "labelPadding": 8,
        "titleColor": theme.quiet, "titleFontSize": 13, "titleFontWeight": "normal",
        "domain": False, "ticks": False, "grid": False,
    }  # fmt: skip
    return {
        "background": None,
        "padding": {"left": 4, "top": 4, "right": 4, "bottom": 4},
        **parts,
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": axis,
            "legend": {
                "labelColor": theme.ink, "labelFontSize": 14, "labelLimit": 260, "symbolType": "square",
                "symbolSize": 160, "title": None, "orient": "top", "columnPadding": 20, "offset": 8,
            },
            "text": {"color": theme.ink, "fontSize": 14, "align": "left", "baseline": "middle", "dx": 6},
        },
    }  # fmt: skip


def movable_spec(figures: Sequence[KindFigure], theme: Theme, *, narrow: bool = False) -> Spec:
    """Minutes that others could have had, a bar a kind, stacked by bucket; the largest kinds first.

    On a narrow screen a kind stands over its bar instead of beside it, and the words at the bar do for a key.
    """
    shown, names = _largest(figures), _bucket_names()
    kinds: Spec = {"field": "kind", "type": "nominal", "sort": [each.kind for each in shown], "title": None}
    shades = [theme.movable, theme.preparable, theme.returnable]
    scale = {"domain": list(names.values()), "range": shades}
    colour: Spec = {"field": "bucket", "type": "nominal", "scale": scale}
    if narrow:
        kinds["axis"] = colour["legend"] = None
    labels, width = _labels(shown, names, short=narrow), NARROW if narrow else WIDE
    along = _along([(each["minutes"], each["text"]) for each in labels], width)
    stacked = {"y": kinds, "x": {"field": "minutes", "stack": "zero", **along}, "color": colour}
    thickness = {"band": 0.4 if narrow else 0.62}
    bars = {
        "data": {"values": _bars(shown, names)},
        "mark": {"type": "bar", "stroke": theme.edge, "strokeWidth": 1, "height": thickness},
        "encoding": {**stacked, "order": {"field": "order", "type": "quantitative"}},
    }
    at_the_end = {"y": kinds, "x": {"field": "minutes", **along}, "text": {"field": "text"}}
    layers = [bars, {"data": {"values": labels}, "mark": "text", "encoding": at_the_end}]
    if narrow:
        layers.append({"data": {"values": labels}, **_name_over(kinds)})
    return _frame(theme, width=width, height={"step": 46 if narrow else 34}, layer=layers)


def _name_over(across: Spec) -> Spec:
    """A layer with each row's name over its bar, from the left edge."""
    encoding = {"y": across, "x": {"value": 0}, "text": {"field": across["field"]}}
    return {"mark": {"type": "text", "dx": 0, "dy": -18}, "encoding": encoding}


def _bucket_names() -> dict[str, str]:
    """The buckets as a label says them, in the order they are stacked; keys are `KindFigure`'s fields."""
    return {
        "movable": _("flyttes nå"),
        "preparable": _("forberedes av andre"),
        "returnable": _("tilbake eller avslås"),
    }


def _bars(shown: Sequence[KindFigure], names: dict[str, str]) -> list[Spec]:
    return [
        {"kind": each.kind, "bucket": names[bucket], "order": order, "minutes": getattr(each, bucket)}
        for each in shown
        for order, bucket in enumerate(names)
        if getattr(each, bucket)
    ]


def _labels(shown: Sequence[KindFigure], names: dict[str, str], *, short: bool) -> list[Spec]:
    """«3 t 45 min – flyttes nå», at the end of each bar."""
    return [
        {
            "kind": each.kind,
            "minutes": each.minutes,
            "text": f"{in_words(each.minutes)} – {_whose([b for b in names if getattr(each, b)], names, short)}",
        }
        for each in shown
    ]


def _whose(buckets: Sequence[str], names: dict[str, str], short: bool) -> str:
    """The buckets of one bar; more than one have to be brief where there is little room."""
    if len(buckets) == len(names):
        return _("alle tre gruppene")
    if short and len(buckets) > 1:
        names = {"movable": _("flyttes"), "preparable": _("forberedes"), "returnable": _("tilbake")}
    return _(" og ").join(names[bucket] for bucket in buckets)


def _along(bars: Sequence[tuple[int, str]], width: int) -> Spec:
    """A scale of minutes without an axis; every bar (minutes, words) leaves room for the words at its end."""
    rooms = [max(width - 8 - LETTER * len(words), 20) / minutes for minutes, words in bars if minutes]
    return {"type": "quantitative", "axis": None, "scale": {"domain": [0, width / min(rooms, default=width)]}}


def _largest(figures: Sequence[KindFigure]) -> list[KindFigure]:
    """The largest kinds, and the rest as one: a bar says something down to a certain size."""
    ranked = sorted(figures, key=lambda each: (-each.minutes, each.kind))
    if len(ranked) <= MOST_KINDS:
        return ranked
    shown, rest = ranked[: MOST_KINDS - 1], ranked[MOST_KINDS - 1 :]
    return [
        *shown,
        KindFigure(
            _("%(n)d andre typer") % {"n": len(rest)},
            sum(each.movable for each in rest),
            sum(each.preparable for each in rest),
            sum(each.returnable for each in rest),
        ),
    ]


def capacity_spec(figures: Sequence[ProfessionFigure], theme: Theme, *, narrow: bool = False) -> Spec:
    """Done minutes as a bar inside the frame of the week's capacity, a profession a row, or over its row."""
    rows: list[dict[str, Any]] = [
        {
            "profession": each.profession,
            "capacity": each.capacity,
            "done": each.done,
            "end": max(each.capacity, each.done),
            "text": _("%(done)s av %(capacity)s")
            % {"done": in_words(each.done), "capacity": in_words(each.capacity)},
        }
        for each in figures
    ]
    across: Spec = {"field": "profession", "type": "nominal", "sort": None, "title": None}
    if narrow:
        across["axis"] = None
    width = NARROW if narrow else 440
    along = _along([(row["end"], row["text"]) for row in rows], width)

    def layer(mark: Spec | str, field: str, **more: Any) -> Spec:
        return {"mark": mark, "encoding": {"y": across, "x": {"field": field, **along}, **more}}

    def bar(band: float, **look: Any) -> Spec:
        return {"type": "bar", "height": {"band": band * (0.65 if narrow else 1)}, **look}

    layers = [
        layer(bar(0.66, filled=False, stroke=theme.line, strokeWidth=1.5), "capacity"),
        layer(bar(0.36, color=theme.movable), "done"),
        layer("text", "end", text={"field": "text"}),
    ]
    if narrow:
        layers.append(_name_over(across))
    step = {"step": 48 if narrow else 44}
    return _frame(theme, width=width, height=step, data={"values": rows}, layer=layers)


def trend_spec(figures: Sequence[WeekFigure], theme: Theme, *, narrow: bool = False) -> Spec:
    """Up to twelve weeks: the doctors' minutes as bars with hours over them, the overdue under."""
    rows: list[dict[str, Any]] = [
        {
            "week": each.week,
            "minutes": each.minutes,
            "overdue": each.overdue,
            "hours": f"{each.minutes / 60:.1f}".replace(".", ","),
        }
        for each in figures
    ]
    order = [each.week for each in figures]
    weeks = {"field": "week", "type": "ordinal", "sort": order}
    quiet = {"type": "quantitative", "axis": None}
    over = {"align": "center", "baseline": "bottom", "dx": 0, "dy": -4, "fontSize": 13}

    def part(field: str, words: str, title: str, mark: Spec, axis: Spec | None) -> Spec:
        high = max((row[field] for row in rows), default=0) or 1
        up = {"field": field, **quiet, "scale": {"domain": [0, high * 1.2]}}
        return {
            "width": NARROW if narrow else 440, "height": 110,
            "title": {"text": title, "anchor": "start", "color": theme.ink, "fontSize": 14, "fontWeight": "normal"},
            "encoding": {"x": {**weeks, "axis": axis}, "y": up},
            "layer": [{"mark": mark}, {"mark": {"type": "text", **over}, "encoding": {"text": {"field": words}}}],
        }  # fmt: skip

    bottom = {"title": _("uke"), "labelAngle": 0}
    return _frame(
        theme,
        data={"values": rows},
        spacing=16,
        vconcat=[
            part("minutes", "hours", _("Legetid på arbeid andre kan ta, timer"), {"type": "bar", "color": theme.movable, "width": {"band": 0.6}}, None),
            part("overdue", "overdue", _("Forfalt ved ukeslutt, oppgaver"), {"type": "line", "color": theme.returnable, "strokeWidth": 3, "point": {"color": theme.returnable, "size": 50}}, bottom),
        ],
    )  # fmt: skip


def draw(spec: Spec, *, title: str, description: str) -> str:
    """The spec as one SVG text, named and described for whoever cannot see it; no script, nothing fetched."""
    import vl_convert  # a JavaScript engine: only workers should carry it

    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[], show_warnings=False)
    words = f'<title id="t">{escape(title)}</title><desc id="d">{escape(description)}</desc>'
    first, rest = svg.split(">", 1)
    return f'{first} role="img" aria-labelledby="t d">{words}{rest}'
