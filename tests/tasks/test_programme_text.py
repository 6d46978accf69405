"""What a programme says: to JSON and back, its digest, what is wrong with it, how two differ, and its year."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.catalogue import kinds, programmes
from tasks.models import Certainty, Rule, Shares, TaskKind
from tasks.presenters.programmes import a_plans_year, changes, every, often, whom, window
from tasks.presenters.year import MONTHS, example_year, place
from tasks.programme_checks import DAYS_MAX, MONTHS_MAX, problems
from tasks.programme_text import ProgrammeText, StepText, digest, from_default, from_json, to_json
from tasks.recurrence import add_months
from teams.calendar import is_working_day

KINDS = {kind["slug"]: kind["name"] for kind in kinds()}
DEFAULTS = {default["slug"]: from_default(default) for default in programmes()}
CODES = {"T90": "Diabetes type 2", "K86": "Høyt blodtrykk"}
NOVEMBER = dt.date(2026, 11, 22)

ANNUAL = StepText(
    "ars", "Årskontroll", "arskontroll", months=12, opens=30, source="Kilden", certainty="sourced"
)
BLOODS = StepText("prover", "Blodprøver", "provetaking", leads_to="ars", lead_days=7, source="Vår erfaring")
INR = StepText("inr", "INR", "provetaking", days=28, opens=3, closes=7, hard=True, source="Vår erfaring")
DIABETES = ProgrammeText("Diabetes", ("T90",), source="Kilden", certainty="sourced", steps=(ANNUAL, BLOODS))

texts = st.text(alphabet="abc æøå«»·", max_size=20)
steps = st.builds(
    StepText,
    slug=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    name=texts, kind=st.sampled_from(sorted(KINDS)), months=st.integers(0, 70), days=st.integers(0, 400),
    opens=st.integers(0, 400), closes=st.none() | st.integers(0, 400), hard=st.booleans(),
    rule=st.sampled_from(Rule.values), shares=st.sampled_from(Shares.values), leads_to=st.sampled_from(["", "a", "b"]),
    lead_days=st.integers(0, 90), minutes=st.none() | st.integers(0, 500), source=texts,
    certainty=st.sampled_from(Certainty.values),
)  # fmt: skip
programme_texts = st.builds(
    ProgrammeText,
    name=texts, icpc2=st.lists(st.sampled_from(["T90", "K86", "R95"]), unique=True).map(tuple),
    min_drugs=st.integers(0, 9), by_condition=st.booleans(), on_discharge=st.booleans(), source=texts,
    certainty=st.sampled_from(Certainty.values),
    steps=st.lists(steps, max_size=5, unique_by=lambda step: step.slug).map(tuple),
)  # fmt: skip


def wrong(*steps: StepText, before: ProgrammeText | None = None, **about: Any) -> list[tuple[str, str]]:
    """(step, field) of every problem."""
    text = replace(DIABETES, steps=steps or DIABETES.steps, **about)
    return [(problem.step, problem.field) for problem in problems(text, kinds=KINDS, before=before)]


@given(programme_texts)
def test_what_is_kept_as_json_is_read_back_word_for_word(text: ProgrammeText) -> None:
    assert from_json(json.loads(json.dumps(to_json(text)))) == text


@given(programme_texts, programme_texts)
def test_other_words_have_another_digest(one: ProgrammeText, other: ProgrammeText) -> None:
    assert (digest(1, 1, one) == digest(1, 1, other)) is (one == other)
    assert digest(1, 1, one) != digest(1, 2, one)
    assert digest(1, 1, one) != digest(2, 1, one)


@given(programme_texts, programme_texts)
def test_two_texts_differ_in_words_exactly_when_they_differ(one: ProgrammeText, other: ProgrammeText) -> None:
    told = changes(one, other, kinds=KINDS, codes=CODES)
    if one == other:
        assert told == []
    elif one.steps == other.steps and set(one.icpc2) == set(other.icpc2):
        about = [
            getattr(one, f) != getattr(other, f) for f in ("name", "min_drugs", "by_condition", "source")
        ]
        assert bool(told) or not any(about)


@pytest.mark.parametrize("field", [f for f in StepText.__slots__ if f != "slug"])
def test_a_change_of_any_field_of_a_step_is_told(field: str) -> None:
    others: dict[str, Any] = {
        "name": "Annet", "kind": "rutinekontroll", "months": 6, "days": 10, "opens": 7, "closes": 9, "hard": True,
        "rule": Rule.CALENDAR_YEAR.value, "shares": "visit", "leads_to": "inr", "lead_days": 5, "minutes": 11,
        "source": "En annen", "certainty": "general",
    }  # fmt: skip
    before = replace(DIABETES, steps=(ANNUAL, INR))
    step = replace(ANNUAL, **{field: others[field]})
    if field == "lead_days":
        before = replace(DIABETES, steps=(replace(ANNUAL, leads_to="inr", lead_days=7), INR))
        step = replace(before.steps[0], lead_days=5)
    told = changes(before, replace(before, steps=(step, INR)), kinds=KINDS, codes=CODES)
    assert [change.about for change in told] == [step.name]


def test_steps_added_taken_out_and_moved_are_told() -> None:
    new = replace(DIABETES, steps=(INR, replace(ANNUAL, months=6)))
    told = [(c.about, c.words) for c in changes(DIABETES, new, kinds=KINDS, codes=CODES)]
    assert told == [("INR", "nytt steg, hver 4. uke"), ("Årskontroll", "hvert år → hver 6. måned"),
                    ("Blodprøver", "tatt ut")]  # fmt: skip
    turned = replace(DIABETES, steps=(BLOODS, ANNUAL))
    assert [c.words for c in changes(DIABETES, turned, kinds=KINDS, codes=CODES)] == [
        "Rekkefølgen på stegene er endret."
    ]
    wider = replace(DIABETES, icpc2=("K86",))
    assert [c.words for c in changes(DIABETES, wider, kinds=KINDS, codes=CODES)] == [
        "Ny tilstand: Høyt blodtrykk (K86)", "Ikke lenger: Diabetes type 2 (T90)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("months", "days", "words"),
    [(12, 0, "hvert år"), (24, 0, "hvert 2. år"), (1, 0, "hver måned"), (6, 0, "hver 6. måned"), (0, 7, "hver uke"),
     (0, 28, "hver 4. uke"), (0, 1, "hver dag"), (0, 10, "hver 10. dag"), (1, 14, "med 1 måned og 14 dager mellom")],
)  # fmt: skip
def test_intervals_in_words(months: int, days: int, words: str) -> None:
    assert every(months, days) == words


def test_rules_and_windows_in_words() -> None:
    assert often(BLOODS, DIABETES) == "7 dager før Årskontroll"
    assert often(replace(ANNUAL, rule="year"), DIABETES) == "én gang hvert kalenderår"
    once = StepText("ring", "Ringe", "telefonsporsmal", days=2, rule="once")
    assert often(once, DIABETES) == "én gang, 2 dager etter start"
    assert often(once, replace(DIABETES, on_discharge=True)) == "én gang, 2 dager etter utskrivning"
    assert window(ANNUAL) == "åpner 30 dager før"
    assert window(replace(once, opens=30)) == "åpner med en gang"
    assert window(INR) == "åpner 3 dager før, siste dag 7 dager etter"
    assert window(BLOODS) == "åpner sammen med det"
    assert whom(DIABETES, CODES) == "Tilstander: Diabetes type 2 (T90)."
    assert whom(replace(DIABETES, icpc2=(), min_drugs=4), CODES) == "Pasienter med minst 4 legemidler i bruk."
    assert whom(replace(DIABETES, by_condition=False), CODES).startswith("Pasienter meldes på for hånd.")


@pytest.mark.parametrize("slug", sorted(DEFAULTS))
def test_every_default_is_sound_and_says_how_certain_it_is(slug: str) -> None:
    assert problems(DEFAULTS[slug], kinds=KINDS) == []
    assert all(step.source and step.certainty in Certainty.values for step in DEFAULTS[slug].steps)


def test_what_is_right_has_no_problem() -> None:
    assert wrong() == []
    assert wrong(INR) == []


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        (replace(ANNUAL, months=0), ["months"]),
        (replace(ANNUAL, months=MONTHS_MAX + 1), ["months"]),
        (replace(ANNUAL, months=0, days=DAYS_MAX + 1), ["months"]),
        (replace(ANNUAL, months=MONTHS_MAX, days=1), ["months"]),
        (replace(ANNUAL, months=6, rule="year"), ["months"]),
        (replace(ANNUAL, days=1, rule="year"), ["months"]),
        (replace(ANNUAL, months=0, days=20), ["opens"]),
        (replace(ANNUAL, opens=366, months=24), ["opens"]),
        (replace(ANNUAL, closes=365), ["closes"]),
        (replace(ANNUAL, hard=True), ["closes"]),
        (replace(INR, days=6, opens=1, closes=1), ["months"]),
        (replace(ANNUAL, minutes=0), ["minutes"]),
        (replace(ANNUAL, minutes=481), ["minutes"]),
        (replace(ANNUAL, name=" "), ["name"]),
        (replace(ANNUAL, name="x" * 81), ["name"]),
        (replace(ANNUAL, kind="finnes-ikke"), ["kind"]),
        (replace(ANNUAL, rule="aldri"), ["rule"]),
        (replace(ANNUAL, shares="alt"), ["shares"]),
        (replace(ANNUAL, certainty="sikkert"), ["certainty"]),
        (replace(ANNUAL, source=""), ["source"]),
        (replace(ANNUAL, source="x" * 201), ["source"]),
        (replace(ANNUAL, slug="Å"), ["slug"]),
    ],
)  # fmt: skip
def test_a_step_that_cannot_be_is_refused_at_its_field(step: StepText, fields: list[str]) -> None:
    assert [field for _step, field in wrong(step)] == fields


def test_what_leads_to_another_step_must_lead_to_one_that_is_there_and_open() -> None:
    assert wrong(ANNUAL, replace(BLOODS, leads_to="borte")) == [("prover", "leads_to")]
    assert wrong(ANNUAL, replace(BLOODS, leads_to="prover")) == [("prover", "leads_to")]
    assert wrong(ANNUAL, BLOODS, replace(BLOODS, slug="to", name="To", leads_to="prover")) == [
        ("to", "leads_to"),
    ]  # fmt: skip
    assert wrong(ANNUAL, replace(BLOODS, lead_days=0)) == [("prover", "lead_days")]
    assert wrong(ANNUAL, replace(BLOODS, lead_days=31)) == [("prover", "lead_days")]
    assert wrong(ANNUAL, replace(BLOODS, hard=True)) == [("prover", "hard")]


def test_two_steps_of_one_name_are_refused_both() -> None:
    assert wrong(ANNUAL, replace(INR, name="årskontroll ")) == [("ars", "name"), ("inr", "name")]


@pytest.mark.parametrize(
    ("about", "field"),
    [({"name": ""}, "name"), ({"icpc2": ()}, "icpc2"), ({"icpc2": ("T9",)}, "icpc2"), ({"min_drugs": 4}, "min_drugs"),
     ({"certainty": ""}, "certainty"), ({"source": "x" * 201}, "source"), ({"on_discharge": True}, "steps")],
)  # fmt: skip
def test_a_programme_that_cannot_be_is_refused(about: dict[str, Any], field: str) -> None:
    assert wrong(**about) == [("", field)]
    assert problems(replace(DIABETES, steps=()), kinds=KINDS)[0].field == "steps"


def test_whoever_changes_an_interval_says_why() -> None:
    """The old source no longer speaks for it; a new source, or another field, may stand alone."""
    assert wrong(replace(ANNUAL, months=6), BLOODS, before=DIABETES) == [("ars", "source")]
    assert wrong(replace(ANNUAL, months=6, source="Mange svinger"), BLOODS, before=DIABETES) == []
    assert wrong(replace(ANNUAL, opens=45), BLOODS, before=DIABETES) == []


# --- the year


def due(text: ProgrammeText, slug: str, start: dt.date = NOVEMBER) -> list[dt.date]:
    lane = next(lane for lane in example_year(text, start=start).lanes if lane.step.slug == slug)
    return [mark.occasion.due_on for mark in lane.marks if mark.due is not None]


def test_bloods_come_a_week_before_and_open_with_what_they_lead_to() -> None:
    assert due(DIABETES, "ars") == [dt.date(2026, 11, 23)]
    assert due(DIABETES, "prover") == [dt.date(2026, 11, 16)]
    annual, bloods = example_year(DIABETES, start=NOVEMBER).lanes
    assert bloods.marks[0].occasion.opens_on == annual.marks[0].occasion.opens_on


def test_a_hard_deadline_falls_before_a_weekend_and_keeps_its_last_day() -> None:
    year = example_year(replace(DIABETES, steps=(INR,)), start=dt.date(2026, 11, 1))
    first = year.lanes[0].marks[0]
    assert first.occasion.due_on == dt.date(2026, 10, 30)
    assert first.occasion.closes_on == dt.date(2026, 11, 6)
    assert first.late == pytest.approx(place(dt.date(2026, 11, 6), year.begin) - place(dt.date(2026, 10, 30), year.begin), abs=0.01)  # fmt: skip


def test_what_is_yearly_by_the_calendar_opens_no_earlier_than_january() -> None:
    yearly = replace(ANNUAL, rule="year", opens=60)
    year = example_year(replace(DIABETES, steps=(yearly,)), start=dt.date(2026, 2, 2))
    assert year.resets
    assert [mark.occasion.opens_on for mark in year.lanes[0].marks][:1] == [dt.date(2026, 1, 1)]
    assert year.months[year.new_year].month == 1


def test_what_is_done_once_comes_once() -> None:
    once = StepText("ring", "Ringe", "telefonsporsmal", days=2, rule="once", opens=30, source="x")
    text = ProgrammeText("Ut", by_condition=False, on_discharge=True, steps=(once,))
    assert due(text, "ring") == [dt.date(2026, 11, 24)]
    assert example_year(text, start=NOVEMBER).lanes[0].marks[0].occasion.opens_on == NOVEMBER
    assert text.a_year(once) == 0


@given(programme_texts, st.dates(dt.date(2001, 1, 1), dt.date(2090, 1, 1)))
def test_any_year_can_be_drawn_of_what_is_being_typed(text: ProgrammeText, start: dt.date) -> None:
    """Whatever stands in the form: marks lie inside the twelve months, on working days, in order."""
    year = example_year(text, start=start)
    assert len(year.months) == MONTHS
    for lane in year.lanes:
        found = [mark.occasion.due_on for mark in lane.marks]
        assert found == sorted(found)
        assert len(lane.told) + lane.more == lane.times
        for mark in lane.marks:
            assert 0 <= mark.x <= mark.x + mark.width <= MONTHS + 0.01
            assert mark.due is None or 0 <= mark.due <= MONTHS
            if not lane.step.leads_to or mark.occasion.due_on != mark.occasion.opens_on:
                assert is_working_day(mark.occasion.due_on)


@given(st.integers(1, MONTHS_MAX), st.dates(dt.date(2001, 1, 1), dt.date(2090, 1, 1)))
def test_a_step_comes_as_often_in_the_year_as_the_work_is_reckoned(months: int, start: dt.date) -> None:
    """From the start on; counted from when it was done, what falls on holidays comes a little later each time."""
    text = replace(DIABETES, steps=(replace(ANNUAL, months=months, opens=0),))
    year = example_year(text, start=start)
    reckoned = text.a_year(text.steps[0]) * (add_months(year.begin, MONTHS) - start).days / 365
    assert -2 <= year.lanes[0].times - reckoned <= 1


def test_the_work_of_a_year_is_shared_as_the_night_opens_it() -> None:
    """A check-up that a nurse prepares and a doctor decides counts for both; without a nurse the secretary prepares."""
    rows = [
        TaskKind(slug="arskontroll", professions=["doctor"], preparable_by=["nurse", "secretary"], paired=True,
                 prepare_minutes=30, decide_minutes=15, minutes={"doctor": 15, "nurse": 45}),
        TaskKind(slug="provetaking", professions=["secretary", "nurse"], minutes={"secretary": 8, "nurse": 8}),
    ]  # fmt: skip
    year = a_plans_year(DIABETES, rows, {"doctor", "nurse", "secretary"})
    assert {who: round(minutes, 1) for who, minutes in year.items()} == {
        "secretary": 38,  # the lowest that may, as the sharing out has it
        "doctor": 15,
    }
    alone = a_plans_year(DIABETES, rows, {"doctor", "nurse"})
    assert alone["nurse"] >= 30
