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

NAMES = ("movable", "movable-narrow", "capacity", "trend")
FONT = "Inter, 'Inter Variable', 'Helvetica Neue', Arial, sans-serif"
VERSION = "5.21"  # of Vega-Lite: the converter carries several
MOST_KINDS = 12
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
        "labelColor": theme.ink, "labelFontSize": 14, "labelLimit": 330, "labelPadding": 8,
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
    along = _along([each.minutes for each in shown], room=2.2 if narrow else 1.7)
    thickness = {"band": 0.4 if narrow else 0.62}
    stacked = {"y": kinds, "x": {"field": "minutes", "stack": "zero", **along}, "color": colour}
    bars = {
        "data": {"values": _bars(shown, names)},
        "mark": {"type": "bar", "stroke": theme.edge, "strokeWidth": 1, "height": thickness},
        "encoding": {**stacked, "order": {"field": "order", "type": "quantitative"}},
    }
    labels = {"values": _labels(shown, names)}
    at_the_end = {"y": kinds, "x": {"field": "minutes", **along}, "text": {"field": "text"}}
    words = {"data": labels, "mark": "text", "encoding": at_the_end}
    if not narrow:
        return _frame(theme, width=640, height={"step": 34}, layer=[bars, words])
    over = {
        "data": labels,
        "mark": {"type": "text", "dx": 0, "dy": -18},
        "encoding": {"y": kinds, "x": {"value": 0}, "text": {"field": "kind"}},
    }
    return _frame(theme, width=320, height={"step": 46}, layer=[bars, words, over])


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


def _labels(shown: Sequence[KindFigure], names: dict[str, str]) -> list[Spec]:
    """«3 t 45 min – flyttes nå», at the end of each bar."""
    return [
        {
            "kind": each.kind,
            "minutes": each.minutes,
            "text": f"{in_words(each.minutes)} – {_(' og ').join(names[b] for b in names if getattr(each, b))}",
        }
        for each in shown
    ]


def _along(minutes: Sequence[int], *, room: float) -> Spec:
    """A scale of minutes without an axis, with room for words after the longest bar."""
    most = max(minutes, default=0) or 1
    return {"type": "quantitative", "axis": None, "scale": {"domain": [0, most * room]}}


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


def capacity_spec(figures: Sequence[ProfessionFigure], theme: Theme) -> Spec:
    """Done minutes as a bar inside the frame of the week's capacity, a profession a row."""
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
    across = {"field": "profession", "type": "nominal", "sort": None, "title": None}
    along = _along([row["end"] for row in rows], room=1.6)

    def layer(mark: Spec | str, field: str, **more: Any) -> Spec:
        return {"mark": mark, "encoding": {"y": across, "x": {"field": field, **along}, **more}}

    frame = {
        "type": "bar",
        "filled": False,
        "stroke": theme.line,
        "strokeWidth": 1.5,
        "height": {"band": 0.66},
    }
    inner = {"type": "bar", "color": theme.movable, "height": {"band": 0.36}}
    return _frame(
        theme,
        width=440,
        height={"step": 44},
        data={"values": rows},
        layer=[layer(frame, "capacity"), layer(inner, "done"), layer("text", "end", text={"field": "text"})],
    )


def trend_spec(figures: Sequence[WeekFigure], theme: Theme) -> Spec:
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
            "width": 440, "height": 110,
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
            part("minutes", "hours", _("Legetid andre kunne brukt, timer"), {"type": "bar", "color": theme.movable, "width": {"band": 0.6}}, None),
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
