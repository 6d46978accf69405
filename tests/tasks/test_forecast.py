"""A year ahead in words and in bars: what was counted, and no more."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tasks.presenters.forecast import Outlook, outlook, weeks_words
from tasks.presenters.strip import strip, top_hours
from teams.calendar import DAY

HOUR = 60
FIRST = dt.date(2026, 11, 23)  # week 48; the 52 that are judged begin with week 49
WEEKS = 53


def stored(**changes: Any) -> dict[str, Any]:
    """Nurses with ten hours a week, two of other work and four of follow-up; a programme that asks for two more."""
    return {
        "programmes": [{"id": 7, "name": "Astma", "count": 40}, {"id": 8, "name": "KOLS", "count": 12}],
        "mondays": [(FIRST + 7 * n * DAY).isoformat() for n in range(WEEKS)],
        "follow_up": {
            "0": {"nurse": [4 * HOUR] * WEEKS},
            "7": {"nurse": [2 * HOUR] * WEEKS},
            "8": {"nurse": [3 * HOUR] * WEEKS, "doctor": [HOUR] * WEEKS},
        },
        "capacity": {"nurse": [10 * HOUR] * WEEKS, "doctor": [5 * HOUR] * WEEKS},
        "other": {"nurse": 2 * HOUR},
        "lately": 8,
        **changes,
    }


def little_time(*places: int) -> list[int]:
    """The nurses' minutes with only seven hours in these of the 53 weeks: too few for the plans of programme 7."""
    return [7 * HOUR if n in places else 10 * HOUR for n in range(WEEKS)]


def lines(found: Outlook) -> str:
    return " ".join(found.verdict.lines)


def test_time_for_it_all_is_said_of_the_weeks_that_were_counted() -> None:
    found = outlook(stored(), [7])
    assert str(found.verdict.title) == "Etter tallene rekker tiden alle 52 ukene"
    (nurse,) = found.years
    assert nurse.follow_up_words == "Oppfølging: fra 4\u00a0t til 6\u00a0t i uken i snitt."
    assert nurse.time_words == "Tiden rekker i alle 52 ukene."
    assert (len(nurse.rows), nurse.rows[0].number, nurse.rows[-1].number) == (52, 49, 47)


def test_weeks_with_more_work_than_time_are_named_and_compared_with_how_it_would_be_anyway() -> None:
    found = outlook(stored(capacity={"nurse": little_time(1, 5, 6, 7, 20), "doctor": [300] * WEEKS}), [7])
    (nurse,) = found.years
    assert nurse.over == [0, 4, 5, 6, 19]
    assert "i 5 av 52 uker: uke 49, 53, 1–2 og 15." in nurse.time_words
    assert nurse.before_words == "Uten de nye planene: ingen."
    assert "Sykepleier: mer arbeid enn tid i 5 av 52 uker, ingen uten de nye planene." in lines(found)
    assert str(found.verdict.title) == "Etter tallene rekker tiden ikke alle ukene"


def test_a_week_that_is_exactly_full_is_not_over() -> None:
    found = outlook(stored(capacity={"nurse": [8 * HOUR] * WEEKS}), [7])
    assert found.verdict.tone == "within"
    found = outlook(stored(capacity={"nurse": [8 * HOUR - 1] * WEEKS}), [7])
    assert found.verdict.tone == "over"


def test_what_is_too_much_already_is_not_blamed_on_the_plans() -> None:
    found = outlook(stored(other={"nurse": 2 * HOUR}, capacity={"nurse": [*[300] * 4, *[600] * 49]}), [7])
    assert str(found.verdict.title).endswith("heller ikke uten de nye planene")
    assert found.years[0].before_words == "De samme ukene også uten de nye planene."
    assert "i 3 av 52 uker, også uten de nye planene." in lines(found)


def test_too_little_time_all_year_is_said_plainly() -> None:
    found = outlook(stored(capacity={"nurse": [6 * HOUR] * WEEKS}), [7])
    assert str(found.verdict.title) == "Etter tallene er det ikke tid nok"
    assert "Sykepleier: mer arbeid enn tid i alle 52 ukene, ingen uten" in lines(found)
    assert found.years[0].time_words.startswith("Mer arbeid enn tid i alle 52 ukene, på det meste 2\u00a0t")


def test_a_profession_that_nobody_has_time_in_is_told_first() -> None:
    found = outlook(stored(capacity={"nurse": little_time(3)}), [7, 8])
    assert found.verdict.lines[0].startswith("Ingen lege har tid til oppgaver her, men 1\u00a0t oppfølging")
    assert found.years[0].profession == "doctor"
    assert str(found.verdict.title) == "Etter tallene er det ikke tid nok"


def test_other_work_that_nobody_has_told_of_is_not_taken_for_none() -> None:
    found = outlook(stored(other={}, lately=0), [7])
    assert str(found.verdict.title) == "Etter tallene rekker tiden til oppfølgingen alle 52 ukene"
    assert "Annet arbeid er ikke med" in lines(found)


def test_only_what_is_chosen_is_reckoned_and_who_gets_nothing_to_do_is_not_shown() -> None:
    result = stored()
    assert [year.profession for year in outlook(result, [7]).years] == ["nurse"]
    assert {year.profession for year in outlook(result, [8]).years} == {"nurse", "doctor"}
    assert outlook(result, [7, 8]).years[0].coming == 5 * HOUR
    assert [outlook(result, chosen).plans for chosen in ([], [7], [7, 8])] == [0, 40, 52]
    assert [choice.minutes for choice in outlook(result, []).choices] == [2 * HOUR, 4 * HOUR]


def test_nothing_chosen_shows_the_year_as_it_is() -> None:
    found = outlook(stored(capacity={"nurse": [HOUR] * WEEKS}), [])
    assert found.verdict.tone == "none"
    assert found.verdict.lines == ("Sykepleier: mer arbeid enn tid i alle 52 ukene.",)
    assert found.years[0].follow_up_words == "Oppfølging: 4\u00a0t i uken i snitt, som nå."


def test_what_is_overdue_is_told_by_itself_and_burdens_no_week() -> None:
    result = stored()
    result["follow_up"]["0"]["nurse"] = [90 * HOUR, *[4 * HOUR] * 52]
    (nurse,) = outlook(result, [7]).years
    assert nurse.at_hand == 92 * HOUR
    assert nurse.over == []


def test_a_clinic_that_follows_nobody_yet_has_only_what_would_come() -> None:
    result = stored()
    del result["follow_up"]["0"]
    (nurse,) = outlook(result, [7]).years
    assert nurse.follow_up_words == "Oppfølging: 2\u00a0t i uken i snitt, ingen fra før."
    assert outlook(result, []).years == []


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([0], "49"),
        ([0, 1], "49–50"),
        ([3, 4, 5], "52–53 og 1"),
        ([0, 2, 4, 6, 8, 10, 12, 13], "49, 51, 53, 2, 4, 6 og 2 til"),
    ],
)
def test_weeks_in_words(places: list[int], words: str) -> None:
    (nurse,) = outlook(stored(), [7]).years
    assert weeks_words(nurse.rows, places) == words


def test_bars_stand_on_one_another_and_on_the_scale() -> None:
    (nurse,) = outlook(stored(capacity={"nurse": little_time(2)}), [7]).years
    drawn = strip(nurse)
    assert (drawn.top, drawn.half) == (10, 5)
    assert drawn.other.startswith("M1 100V80h8V100z")
    assert drawn.running.startswith("M1 80V40h8V80z")
    assert drawn.coming.startswith("M1 40V20h8V40z")
    assert drawn.time.startswith("M0 0V0H10V30H20V0H30")
    assert drawn.over == (10,)
    assert drawn.width == 520
    assert [month for month in drawn.months if month][:3] == ["des", "jan", "feb"]


@pytest.mark.parametrize("minutes", [0, 1, 60, 1199, 1200, 1201, 6_000, 59_999, 500_000])
def test_the_scale_has_room_in_whole_hours_and_so_does_its_half(minutes: int) -> None:
    top = top_hours(minutes)
    assert top * HOUR >= minutes
    assert top % 2 == 0
    assert top > 0
