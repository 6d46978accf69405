"""A municipality's clinics: sums that agree, nothing under five, and nobody else's."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter, defaultdict
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from reports.actions.closing import close_batch, close_weeks
from reports.actions.municipal import add_up
from reports.models import CapacityLine, MunicipalLine, WeeklyReport
from reports.municipality import FIGURES, lines
from reports.suppression import FEW, left_out
from teams.models import Clinic, Municipality, MunicipalLead, User
from tests.conftest import Cast, logged_in, logged_in_user, make_member
from tests.reports.conftest import WEEK, done, make_patient

NOW = WEEK.ends_at + dt.timedelta(minutes=10)


def test_nothing_under_five_stands_alone() -> None:
    out, told = left_out({1: (3,), 2: (40,), 3: (60,), 4: (90,)})
    assert (set(out), told) == ({1, 2, 3}, True)
    assert left_out({1: (3,), 2: (40,)}) == (
        frozenset({1, 2}),
        False,
    )  # whoever works at one would know the other


def test_small_ones_hide_one_another_only_with_a_larger() -> None:
    assert left_out({1: (1,), 2: (1,), 3: (60,)}) == (frozenset({1, 2, 3}), True)
    # A nought that is shown must not tell that those hidden were all small.
    out, _told = left_out({1: (4,), 2: (4,), 3: (0,), 4: (40,)})
    assert {1, 2, 4} <= out


def test_none_is_no_secret() -> None:
    assert left_out({1: (0,), 2: (7,), 3: (5,)}) == (frozenset(), True)


def test_what_is_left_of_a_share_is_as_secret_as_the_part() -> None:
    out, _told = left_out({1: (30, 2), 2: (50, 50), 3: (20, 80)})  # 30 of 32: two were late
    assert out == {1, 2, 3}


@pytest.mark.parametrize("clinics", [2, 3])
def test_whoever_knows_the_rule_and_the_sum_knows_no_small_number(clinics: int) -> None:
    """Every table there is, by what is shown of it: of each cell left out, some table has five or more, or none."""
    seen: dict[tuple[tuple[int | None, ...], int | None], list[tuple[int, ...]]] = defaultdict(list)
    for counts in itertools.product(range(11), repeat=clinics):
        out, sum_told = left_out({place: (count,) for place, count in enumerate(counts)})
        shown = tuple(None if place in out else count for place, count in enumerate(counts))
        seen[(shown, sum(counts) if sum_told else None)].append(counts)
    for (shown, _sum), tables in seen.items():
        for place, cell in enumerate(shown):
            if cell is None:
                assert any(not 0 < counts[place] < FEW for counts in tables), tables


@given(
    st.dictionaries(
        st.integers(1, 6),
        st.fixed_dictionaries({
            "in_follow_up": st.integers(0, 30), "reviewed": st.integers(0, 30), "nurse_follow_up": st.integers(0, 30),
            "overdue": st.integers(0, 12),
        }),
        min_size=1,
    )
)  # fmt: skip
def test_what_is_left_out_of_one_figure_stands_in_no_other(clinics: dict[int, dict[str, int]]) -> None:
    for numbers in clinics.values():
        numbers["reviewed"] = min(numbers["reviewed"], numbers["in_follow_up"])
    told = {(clinic, figure): part for clinic, figure, part, _whole in lines(clinics)}
    for clinic in [*clinics, None]:
        shown = {
            told[clinic, name] is None
            for name in ("in_follow_up", "reviewed", "nurse_follow_up", "by_others")
        }
        assert len(shown) == 1


@pytest.fixture
def two(solbakken: Cast, furulund: Cast) -> tuple[Cast, Cast]:
    Clinic.objects.filter(pk__in=[solbakken.clinic.pk, furulund.clinic.pk]).update(
        started_on=WEEK.monday, municipality=solbakken.clinic.municipality
    )
    for cast, times in ((solbakken, 9), (furulund, 2)):
        for _ in range(times):
            done(cast.doctor, "hjemmebesok", 30, patient=make_patient(cast.doctor))
    close_weeks(now=NOW)
    return solbakken, furulund


def lead(cast: Cast) -> User:
    user = User.objects.create_user("kommunen", password="et-langt-passord")
    MunicipalLead.objects.create(municipality=cast.clinic.municipality, user=user, since=WEEK.monday)
    return user


def test_a_municipality_is_added_up_when_its_last_clinic_is_closed(solbakken: Cast, furulund: Cast) -> None:
    for cast in (solbakken, furulund):
        Clinic.objects.filter(pk=cast.clinic.pk).update(
            started_on=WEEK.monday, municipality=solbakken.clinic.municipality
        )
    close_batch(WEEK, [solbakken.clinic.pk], now=NOW)
    assert add_up(now=NOW) == 0
    close_batch(WEEK, [furulund.clinic.pk], now=NOW)
    assert add_up(now=NOW) == 1


def test_the_municipality_is_the_sum_of_its_clinics(two: tuple[Cast, Cast]) -> None:
    assert add_up(now=NOW) == 1
    assert add_up(now=NOW) == 0
    told = MunicipalLine.objects.filter(figure="done_minutes")
    whole = told.get(clinic=None).part
    assert whole is None  # one doctor did it all, at each
    visits = {line.clinic_id: line.part for line in MunicipalLine.objects.filter(figure="home_visits")}
    assert visits == {two[0].clinic.pk: None, two[1].clinic.pk: None, None: None}  # of two, nothing
    for cast in two:
        for n in range(4):
            done(
                make_member(cast.clinic, f"Lege {n}", "doctor"),
                "hjemmebesok",
                30,
                patient=make_patient(cast.doctor),
            )
    MunicipalLine.objects.all().delete()
    WeeklyReport.objects.all().delete()
    close_weeks(now=NOW)
    assert add_up(now=NOW) == 1
    told = MunicipalLine.objects.filter(figure="done_minutes")
    whole = told.get(clinic=None).part
    assert whole == sum(line.part or 0 for line in told.exclude(clinic=None)) == 19 * 30
    assert whole == CapacityLine.objects.filter(member=None).aggregate(n=Sum("done_minutes"))["n"]


def test_those_who_lead_it_see_it_and_nobody_else(two: tuple[Cast, Cast], client: Any) -> None:
    solbakken, _furulund = two
    add_up(now=NOW)
    assert client.get("/kommune/").status_code == 302  # to the login
    assert logged_in(solbakken.doctor).get("/kommune/").status_code == 404
    client = logged_in_user(lead(solbakken))
    text = client.get("/kommune/").content.decode().replace("\u00a0", " ")
    assert solbakken.clinic.name in text
    assert "skjult" in text
    assert "5 t 30 min" not in text
    for name in (solbakken.doctor.name, solbakken.nurse.name, "Prøve"):
        assert name not in text
    assert client.get("/kommune/?kommune=9999").status_code == 404
    assert client.get("/kommune/?uke=2020-W01").status_code == 404
    assert "/kommune/" in client.get("/team/ingen-plass/").content.decode()
    assert client.get("/rapporter/").status_code == 302  # no place in a clinic


def test_another_municipalitys_lines_are_not_there(two: tuple[Cast, Cast]) -> None:
    solbakken, furulund = two
    other = Municipality.objects.create(number="9998", name="Annetsted")
    Clinic.objects.filter(pk=furulund.clinic.pk).update(municipality=other)
    add_up(now=NOW)
    client = logged_in_user(lead(solbakken))
    text = client.get("/kommune/").content.decode()
    assert solbakken.clinic.name in text
    assert furulund.clinic.name not in text
    assert client.get("/kommune/?kommune=9998").status_code == 404


def test_statements_do_not_grow_with_clinics(two: tuple[Cast, Cast]) -> None:
    with CaptureQueriesContext(connection) as queries:
        add_up(now=NOW)
    assert len(queries) <= 16


def test_who_runs_fordel_says_who_leads(solbakken: Cast) -> None:
    User.objects.create_user("kommunen")
    number = solbakken.clinic.municipality.number
    call_command("municipal_lead", "kommunen", number)
    call_command("municipal_lead", "kommunen", number)
    assert MunicipalLead.objects.count() == 1
    call_command("municipal_lead", "kommunen", number, end=True)
    assert not MunicipalLead.objects.exists()
    with pytest.raises(CommandError, match="ingen slik"):
        call_command("municipal_lead", "ingen", number)


def test_every_figure_of_the_municipality_has_a_meaning() -> None:
    assert all(figure.definition.meaning for figure in FIGURES)
    assert Counter(figure.name for figure in FIGURES).most_common(1)[0][1] == 1
