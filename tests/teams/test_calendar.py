"""Days and weeks in Oslo."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from teams.calendar import (
    Week,
    day_share,
    half_days,
    is_working_day,
    midnight,
    oslo_date,
    working_day_on_or_after,
    working_day_on_or_before,
    working_days,
)  # fmt: skip

UTC = dt.UTC
CHECKOUT = Path(__file__).resolve().parents[2]


def test_monday_half_past_midnight_in_oslo_belongs_to_the_new_week() -> None:
    moment = dt.datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert oslo_date(moment) == dt.date(2026, 11, 23)
    assert Week.of(oslo_date(moment)) == Week(2026, 48)
    assert Week(2026, 48).starts_at <= moment < Week(2026, 48).ends_at


@pytest.mark.parametrize(
    ("week", "hours"), [(Week(2026, 13), 167), (Week(2026, 43), 169), (Week(2026, 20), 168)]
)
def test_weeks_with_a_change_of_clocks_are_an_hour_off(week: Week, hours: int) -> None:
    assert (week.ends_at.astimezone(UTC) - week.starts_at.astimezone(UTC)) == dt.timedelta(hours=hours)


def test_iso_years_have_52_or_53_weeks() -> None:
    assert Week.parse("2026-W53").monday == dt.date(2026, 12, 28)
    assert Week.of(dt.date(2027, 1, 3)) == Week(2026, 53)
    assert Week(2026, 53).plus(1) == Week(2027, 1)
    for wrong in (
        "2027-W53",
        "2026-47",
        "uke 47",
        "2026-W00",
        "0001-W01",
        "1999-W52",
        "2101-W01",
        "9999-W51",
        "9999-W52",
        f"2026-W{10**20}",
    ):
        with pytest.raises(ValueError, match="ikke en uke"):
            Week.parse(wrong)


def test_holidays_and_half_days() -> None:
    assert not is_working_day(dt.date(2026, 5, 17))
    assert not is_working_day(dt.date(2026, 4, 2))  # Maundy Thursday
    assert half_days(2026) == {dt.date(2026, 12, 24), dt.date(2026, 12, 31), dt.date(2026, 4, 1)}
    assert half_days(2027) >= {dt.date(2027, 3, 24)}
    assert [day_share(dt.date(2026, 12, d)) for d in (23, 24, 25)] == [1.0, 0.5, 0.0]


def test_next_working_day_skips_christmas() -> None:
    assert working_day_on_or_after(dt.date(2026, 12, 25)) == dt.date(2026, 12, 28)
    assert working_day_on_or_before(dt.date(2026, 12, 27)) == dt.date(2026, 12, 24)
    assert working_days(dt.date(2026, 12, 23), 4) == [dt.date(2026, 12, d) for d in (23, 24, 28, 29)]


def test_midnight_is_oslos() -> None:
    assert midnight(dt.date(2026, 7, 1)).astimezone(UTC).hour == 22


def test_no_module_tells_a_day_by_another_clock_than_oslos() -> None:
    """The database's moments are UTC: told as they are, an hour after midnight it is still yesterday."""
    rooms = (
        CHECKOUT / each for each in ("teams", "login", "patients", "tasks", "reports", "scenarios", "rights")
    )
    told = re.compile(r"\b(\w+_)?at(:%|\.strftime|::date)")
    found = [
        f"{path.relative_to(CHECKOUT)}: {match[0]}"
        for room in rooms
        for path in (*room.rglob("*.py"), *room.rglob("*.sql"))
        for match in told.finditer(path.read_text())
    ]
    assert found == []
