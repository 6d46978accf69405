"""How Fordel writes minutes, dates and weeks. Builtin in every template."""

from __future__ import annotations

import datetime as dt
import uuid

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def minutes(value: int | None) -> str:
    """250 → «4 t 10 min». A dash for nothing known."""
    if value is None:
        return "–"
    hours, rest = divmod(abs(int(value)), 60)
    parts = [_("%(n)d t") % {"n": hours}] if hours else []
    if rest or not hours:
        parts.append(_("%(n)d min") % {"n": rest})
    return ("−" if value < 0 else "") + "\u00a0".join(" ".join(parts).split(" "))


@register.filter
def hours(value: int) -> str:
    """740 → «12,3 t», 720 → «12 t», 45 → «45 min»: what fits in a cell, where the exact minutes stand elsewhere."""
    if abs(value) < 60:
        return f"{value}\u00a0min"
    whole, rest = divmod(round(value / 6), 10)
    return f"{whole},{rest}\u00a0t" if rest else f"{whole}\u00a0t"


@register.filter
def clock(value: int) -> str:
    """450 → «7:30»: hours and minutes in a table, and as the fields for hours want them."""
    return f"{value // 60}:{value % 60:02d}"


@register.filter
def percent(part: float | None, whole: float | None) -> str:
    """«76 %», or a dash when there is nothing to divide by."""
    if part is None or not whole:
        return "–"
    return f"{round(100 * part / whole)}\u00a0%"


@register.filter
def long_day(day: dt.date) -> str:
    """«mandag 23. november»."""
    return date_format(day, "l j. F")


@register.filter
def short_day(day: dt.date) -> str:
    """«man. 23. nov.»."""
    return date_format(day, "D j. N")


@register.simple_tag
def bar_widths(part: int | None, whole: int | None) -> tuple[str, bool]:
    """(filled width of 100, whether it is more than full). With something to do and no time it is over."""
    part, whole = part or 0, whole or 0
    if not whole:
        return ("100" if part else "0"), bool(part)
    return f"{min(100.0, 100 * part / whole):.1f}", part > whole


@register.filter
def signed_minutes(value: int) -> str:
    """«+1 t 10 min», «−20 min», «0 min»: a change of minutes."""
    return ("+" if value > 0 else "") + minutes(value)


@register.simple_tag
def once_key() -> str:
    """A key of its own for a form: sent twice with it, what the form says is written once (tasks/actions/once.py)."""
    return str(uuid.uuid4())
