"""The filter that lives in the URL: what is no value of a field is as if it were not there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.http import QueryDict

from tasks.filters import ME, NOBODY, TEAM, Filter
from tasks.models import Task, TaskKind
from tasks.selection import Selection
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, make_patient, make_task

DAY = dt.timedelta(days=1)


def parse(query: str) -> Filter:
    return Filter.from_query(QueryDict(query))


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(),
        Filter(
            kind=7, profession="nurse", patient=12, origin="hospital", hard=True, who=TEAM, week="2026-W48"
        ),
        Filter(who=NOBODY, week="next"),
        Filter(who=31),
    ],
)
def test_what_is_written_is_read_again(wanted: Filter) -> None:
    assert parse(wanted.query()) == wanted


@pytest.mark.parametrize("page", [TEAM, NOBODY])
@pytest.mark.parametrize("who", [ME, TEAM, NOBODY, 31])
def test_a_list_is_found_again_by_its_own_address_whoever_it_shows(who: str | int, page: str) -> None:
    wanted = Selection(Filter(who=who, hard=True), group="nurse", late=True)
    assert Selection.from_query(QueryDict(wanted.query()), who=page) == wanted
    assert Selection.from_query(QueryDict(Selection(Filter(who=who)).query()), who=page).filter.who == who


@pytest.mark.parametrize(
    "query",
    [
        "", "type=abc", "type=-1", "type=0", "type=99999999999999999999", "yrke=konge", "pasient=1;2", "opphav=xyz",
        "hard=ja", "hvem=ingen", "uke=2026-W99", "uke=48", "uke=%00", "q=Per+Lunde",
        "uke=9999-W52", "uke=0001-W01",
    ],
)  # fmt: skip
def test_what_is_no_value_is_left_out(query: str) -> None:
    assert parse(query) == Filter()


def test_ones_own_tasks_need_no_words_in_the_address() -> None:
    assert Filter().query() == ""
    assert Filter(who=ME, hard=True).query() == "hard=1"
    assert not Filter(who=TEAM).narrows
    assert Filter(who=TEAM, hard=True).narrows


def names(wanted: Filter, cast: Cast) -> set[str]:
    tasks = Task.objects.visible_to(cast.nurse).open()
    return set(wanted.apply(tasks, cast.nurse, MONDAY).values_list("name", flat=True))


def test_each_field_lets_through_what_it_says(solbakken: Cast, furulund: Cast) -> None:
    nurse, clinic, patient = solbakken.nurse, solbakken.clinic, make_patient(solbakken)
    sore = TaskKind.objects.get(slug="sarstell")
    make_task(clinic, "sarstell", assignee=nurse, name="Mitt sår", patient=patient, origin="hospital")
    make_task(clinic, "sarstell", assignee=nurse, name="Hardt", hard=True, planned_on=MONDAY + 7 * DAY)
    make_task(clinic, "sykmelding", assignee=solbakken.doctor, name="Legens")
    make_task(clinic, "sykmelding", assignee=nurse, name="Forbered", part="prepare", due_on=None)
    make_task(clinic, "sarstell", name="Ingens", due_on=MONDAY - 9 * DAY)
    make_task(furulund.clinic, "sarstell", assignee=furulund.nurse, name="Der borte")
    mine = {"Mitt sår", "Hardt", "Forbered"}
    assert names(Filter(), solbakken) == mine
    assert names(Filter(who=TEAM), solbakken) == mine | {"Legens", "Ingens"}
    assert names(Filter(who=NOBODY), solbakken) == {"Ingens"}
    assert names(Filter(who=solbakken.doctor.pk), solbakken) == {"Legens"}
    assert names(Filter(who=furulund.nurse.pk), solbakken) == set()
    assert names(Filter(kind=sore.pk), solbakken) == {"Mitt sår", "Hardt"}
    assert names(Filter(patient=patient.pk), solbakken) == {"Mitt sår"}
    assert names(Filter(origin="hospital"), solbakken) >= {"Mitt sår"}
    assert "Hardt" not in names(Filter(origin="hospital"), solbakken)
    assert names(Filter(hard=True), solbakken) == {"Hardt"}
    # Planned next week counts there, though it is due in this; what has no plan counts by when it is due.
    assert names(Filter(week="this"), solbakken) == {"Mitt sår"}
    assert names(Filter(week="next"), solbakken) == {"Hardt"}
    assert names(Filter(week="2026-W47", who=TEAM), solbakken) == set()
    assert names(Filter(week="2026-W46", who=TEAM), solbakken) == {"Ingens"}


def test_a_profession_is_who_may_do_it_and_who_may_prepare_it(solbakken: Cast) -> None:
    kind = TaskKind.objects.filter(professions=["doctor"], preparable_by__contains=["nurse"]).first()
    assert kind is not None
    make_task(solbakken.clinic, kind.slug, name="Hel")
    make_task(solbakken.clinic, kind.slug, name="Forberedelse", part="prepare")
    assert names(Filter(profession="doctor", who=TEAM), solbakken) == {"Hel", "Forberedelse"}
    assert names(Filter(profession="nurse", who=TEAM), solbakken) == {"Forberedelse"}
