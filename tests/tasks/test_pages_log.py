"""«Logg oppgave» and «Ny oppgave»: the usual kinds in one press or two, the rest by where the work comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tasks.models import Origin, Task, TaskKind
from tests.conftest import Cast, logged_in
from tests.tasks.conftest import make_task

PANEL = {"HX-Request": "true", "HX-Target": "logg-panel", "HX-Current-URL": "http://testserver/min-dag/"}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


def kind(slug: str) -> TaskKind:
    return TaskKind.objects.get(slug=slug)


def test_a_kind_done_in_several_ways_asks_how_and_the_others_take_one_press(nurse: Client) -> None:
    quick = {each.name: each for each in nurse.get("/min-dag/").context["quick"]}
    assert len(quick) == 6
    page = text_of(nurse.get("/min-dag/"))
    several = [each for each in quick.values() if each.several]
    assert several
    for each in several:
        for value, label in each.channels:
            assert f'name="channel" value="{value}">{label}</button>' in page


def test_what_is_logged_most_comes_first(solbakken: Cast, nurse: Client) -> None:
    for _ in range(3):
        nurse.post("/min-dag/logg/", {"kind": kind("kvalitet").pk})
    assert nurse.get("/min-dag/").context["quick"][0].name == kind("kvalitet").name


def test_logged_by_video_in_two_presses(solbakken: Cast, nurse: Client) -> None:
    sent = {"kind": kind("rutinekontroll").pk, "channel": "video"}
    answer = nurse.post("/min-dag/logg/", sent, headers=PANEL)
    task = Task.objects.get()
    assert (task.state, task.logged, task.channel, task.minutes) == ("done", True, "video", 30)
    page = text_of(answer)
    assert "Logget: Rutinekontroll, 30 min." in page
    assert 'id="dagens-tid"' in page
    assert f'id="gjort-{task.pk}"' in page
    assert "<html" not in page


def test_the_only_channel_needs_no_saying_and_one_of_several_is_not_guessed(nurse: Client) -> None:
    nurse.post("/min-dag/logg/", {"kind": kind("telefonsporsmal").pk})
    nurse.post("/min-dag/logg/", {"kind": kind("sarstell").pk})
    assert [t.channel for t in Task.objects.order_by("id")] == ["phone", ""]


@pytest.mark.parametrize(
    "wrong", [{"channel": "video"}, {"channel": "røyk"}, {"minutes": "0"}, {"minutes": "x"}, {"kind": "1e9"}]
)
def test_what_cannot_be_is_refused_with_the_form(nurse: Client, wrong: dict[str, str]) -> None:
    answer = nurse.post("/min-dag/logg/", {"kind": kind("sarstell").pk, **wrong})
    assert answer.status_code == 422
    assert "ds-validation-message" in text_of(answer)
    assert not Task.objects.exists()


def test_a_kind_that_is_not_the_professions_cannot_be_logged(nurse: Client) -> None:
    assert nurse.post("/min-dag/logg/", {"kind": kind("sykmelding").pk}).status_code == 422


def groups(page: str) -> dict[str, list[str]]:
    found = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    return {label: re.findall(r'value="(\d+)"', options) for label, options in found}


@pytest.mark.parametrize("url", ["/oppgaver/ny/", "/min-dag/logg/"])
def test_kinds_stand_by_origin_with_the_six_usual_first_and_each_once(nurse: Client, url: str) -> None:
    found = groups(text_of(nurse.get(url)))
    assert next(iter(found)) == "Mest brukt"
    assert len(found["Mest brukt"]) == 6
    assert set(found) - {"Mest brukt"} <= {str(o.label)[0].upper() + str(o.label)[1:] for o in Origin}
    every = [pk for pks in found.values() for pk in pks]
    assert len(every) == len(set(every))
    if url == "/oppgaver/ny/":
        assert len(every) == TaskKind.objects.count()


def test_a_refused_new_task_keeps_its_kind(nurse: Client) -> None:
    chosen = kind("sykmelding").pk
    answer = nurse.post("/oppgaver/ny/", {"kind": chosen, "due_on": ""})
    assert answer.status_code == 422
    assert f'value="{chosen}" selected' in text_of(answer)


def test_logging_shows_nothing_of_another_clinic(furulund: Cast, solbakken: Cast, nurse: Client) -> None:
    make_task(furulund.clinic, "sarstell", assignee=furulund.nurse, name="Furulunds sår")
    answer = nurse.post("/min-dag/logg/", {"kind": kind("telefonsporsmal").pk}, headers=PANEL)
    assert "Furulund" not in text_of(answer)
    assert Task.objects.get(logged=True).clinic == solbakken.clinic
