"""Gap against time as one SVG: a point a method, ours among them. Reads as well in greyscale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = {
    "random_eligible": "random eligible",
    "fewest_open": "fewest open",
    "round_robin": "round robin",
    "greedy": "greedy",
    "flow_and_rounding": "flow + rounding",
    "ours": "Fordel",
}
DECADES = [10.0**power for power in range(-4, 4)]
APART = 1.7  # the least ratio between two labels' heights
LEAST = 1e-4  # a gap below this is drawn here: the scale is logarithmic
INK, QUIET, OURS, THEIRS, PAPER = "#1e2b3c", "#525b66", "#00447f", "#8b939c", "#ffffff"


def draw(told: Mapping[str, Any]) -> str:
    """The picture of what `bench allocation` tells: median time across, median gap up, a line to the worst gap."""
    import vl_convert

    points = [{**_point("ours", told), "seconds": told["median_seconds"]}]
    points += [_point(name, figures) for name, figures in told["baselines"].items()]
    _spread_labels(points)
    svg: str = vl_convert.vegalite_to_svg(_spec(points, told), vl_version="5.21", allowed_base_urls=[])
    words = f"<title>{_title(told)}</title>"
    first, rest = svg.split(">", 1)
    return f'{first} role="img">{words}{rest}\n'


def _point(name: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    median, worst = figures["median_gap"], figures["worst_gap"]
    return {
        "name": f"{NAMES[name]}: {_percent(median)} (worst {_percent(worst)})",
        "ours": name == "ours",
        "seconds": figures["median_seconds"],
        "gap": max(LEAST, median),
        "worst": max(LEAST, worst),
    }


def _spread_labels(points: list[dict[str, Any]]) -> None:
    """From the lowest up, each label so far over the one below that both can be read."""
    below = at = 0.0
    for point in sorted(points, key=lambda each: (each["gap"], each["name"])):
        at = point["seconds"] if point["gap"] >= below * APART else max(at, point["seconds"])
        point["label"] = below = max(point["gap"], below * APART)
        point["at"] = at


def _percent(share: float) -> str:
    return f"{share:.2%}" if share < 0.1 else f"{share:,.0%}"


def _title(told: Mapping[str, Any]) -> str:
    return f"Distance from the best possible against time: {told['instances']} instances of {told['set']}"


def _spec(points: list[dict[str, Any]], told: Mapping[str, Any]) -> dict[str, Any]:
    times = [p["seconds"] for p in points] + [told["median_lp_seconds"]]
    across = {
        "field": "seconds",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [min(times) / 2, max(times) * 8]},
        "axis": {"title": "seconds an instance (median)", "grid": False, "tickCount": 6},
    }
    return {
        "background": PAPER,
        "padding": 12,
        "width": 620,
        "height": 360,
        "title": {"text": _title(told), "anchor": "start", "fontSize": 15, "color": INK, "offset": 14},
        "layer": [_solver(told["median_lp_seconds"], across), _methods(points, across)],
        "config": {
            "font": "Inter, 'Helvetica Neue', Arial, sans-serif",
            "view": {"stroke": None},
            "axis": {
                "labelColor": INK,
                "titleColor": QUIET,
                "labelFontSize": 12,
                "titleFontWeight": "normal",
            },
        },
    }


def _solver(seconds: float, across: dict[str, Any]) -> dict[str, Any]:
    """Where HiGHS's time for the relaxation lies."""
    text = {"type": "text", "align": "left", "dx": 6, "y": 10, "color": QUIET, "fontSize": 12}
    return {
        "data": {"values": [{"seconds": seconds, "text": "HiGHS, the relaxation only"}]},
        "layer": [
            {"mark": {"type": "rule", "color": QUIET, "strokeDash": [5, 4]}, "encoding": {"x": across}},
            {"mark": text, "encoding": {"x": across, "text": {"field": "text"}}},
        ],
    }


def _methods(points: list[dict[str, Any]], across: dict[str, Any]) -> dict[str, Any]:
    """Each method's median, a line up to its worst, and its name."""
    up = {
        "type": "quantitative",
        "scale": {"type": "log"},
        "axis": {"title": "gap to the bound", "format": ",~%", "values": DECADES},
    }
    gap = {**up, "field": "gap"}
    colour = {"condition": {"test": "datum.ours", "value": OURS}, "value": THEIRS}
    size = {"condition": {"test": "datum.ours", "value": 180}, "value": 80}
    name = {"x": {**across, "field": "at"}, "y": {**up, "field": "label"}, "text": {"field": "name"}}
    return {
        "data": {"values": points},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {"x": across, "y": gap, "y2": {"field": "worst"}, "color": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "opacity": 1},
                "encoding": {"x": across, "y": gap, "color": colour, "size": size},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 10, "color": INK, "fontSize": 13},
                "encoding": name,
            },
        ],
    }
