"""What is sent twice is written once; two intended presses write two."""

from __future__ import annotations

import re
import threading
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone

from tasks.actions.creating import create_task
from tasks.actions.doing import log_work
from tasks.actions.once import written_once
from tasks.models import Part, Task, TaskEvent, TaskKind
from teams.calendar import DAY, Week, oslo_date
from teams.wall import clinic_scope
from tests.conftest import Cast, logged_in, make_cast
from tests.tasks.conftest import MORNING

PANEL = {"HX-Request": "true", "HX-Target": "logg-panel", "HX-Current-URL": "http://testserver/min-dag/"}


def keys_on(answer: Any) -> list[str]:
    return re.findall(r'name="once" value="([0-9a-f-]{36})"', answer.content.decode())


def kind(slug: str) -> TaskKind:
    return TaskKind.objects.get(slug=slug)


@pytest.fixture
def nurse(solbakken: Cast) -> Client:
    return logged_in(solbakken.nurse)


def diary() -> str:
    day = oslo_date(timezone.now())
    return f"/dagbok/{Week.of(day)}/{day.isoweekday()}/for/"


def sent_to(url: str) -> dict[str, str]:
    """What a form there sends, filled in."""
    if url == "/oppgaver/ny/":
        due = oslo_date(timezone.now()) + 9 * DAY
        return {"kind": str(kind("sarstell").pk), "due_on": due.isoformat(), "urgent": "on"}
    return {"kind": str(kind("telefonsporsmal").pk)}


ADDRESSES = {"/min-dag/logg/": "/min-dag/", "/oppgaver/ny/": "/oppgaver/ny/", "": ""}


@pytest.mark.parametrize(("url", "page"), ADDRESSES.items(), ids=["log", "new task", "diary"])
def test_sent_again_it_answers_as_the_first_time_and_writes_nothing(
    nurse: Client, url: str, page: str
) -> None:
    url, page = url or diary(), page or f"/dagbok/{Week.of(oslo_date(timezone.now()))}/"
    sent = {**sent_to(url), "once": keys_on(nurse.get(page))[0]}
    first, again = nurse.post(url, sent), nurse.post(url, sent)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    task = Task.objects.get()
    events = TaskEvent.objects.count()
    nurse.post(url, sent)
    assert TaskEvent.objects.count() == events
    assert task.name in nurse.get(again["Location"]).content.decode()
    nurse.post(url, {**sent, "once": keys_on(nurse.get(page))[0]})
    assert Task.objects.count() == 2


def test_after_each_answer_the_next_press_is_another_one(nurse: Client) -> None:
    sent = {"kind": str(kind("telefonsporsmal").pk), "once": keys_on(nurse.get("/min-dag/"))[0]}
    first, twice = (nurse.post("/min-dag/logg/", sent, headers=PANEL) for _ in range(2))
    assert "Logget: " in first.content.decode()
    assert "Logget: " in twice.content.decode()
    row = f'<span id="gjort-{Task.objects.get().pk}" hx-swap-oob="delete">'
    assert [row in answer.content.decode() for answer in (first, twice)] == [False, True]
    (key,) = keys_on(twice)
    assert 'hx-swap-oob="outerHTML:#logg-panel .once"' in twice.content.decode()
    nurse.post("/min-dag/logg/", {**sent, "once": key}, headers=PANEL)
    assert Task.objects.count() == 2


def test_every_form_that_writes_has_a_key(nurse: Client) -> None:
    for page in (
        "/min-dag/",
        "/min-dag/logg/",
        "/oppgaver/ny/",
        f"/dagbok/{Week.of(oslo_date(timezone.now()))}/",
    ):
        answer = nurse.get(page)
        forms = re.findall(
            r'<form[^>]*action="(?:/min-dag/logg/|/oppgaver/ny/|/dagbok/[^"]*/for/)".*?</form>',
            answer.content.decode(), re.DOTALL,
        )  # fmt: skip
        assert forms
        assert all(re.search(r'name="once" value="[0-9a-f-]{36}"', form) for form in forms), page
        assert keys_on(answer)[0] not in keys_on(nurse.get(page))


def test_changed_before_it_came_again_it_is_another(solbakken: Cast, nurse: Client) -> None:
    sent = {"kind": str(kind("telefonsporsmal").pk), "once": str(uuid.uuid4())}
    nurse.post("/min-dag/logg/", sent)
    nurse.post("/min-dag/logg/", {**sent, "minutes": "25"})
    logged_in(solbakken.second_doctor).post("/min-dag/logg/", sent)
    assert Task.objects.count() == 3


@pytest.mark.parametrize("key", ["", "x", "1" * 400])
def test_without_a_key_that_is_one_each_is_written(nurse: Client, key: str) -> None:
    for _ in range(2):
        nurse.post("/min-dag/logg/", {"kind": kind("telefonsporsmal").pk, "once": key})
    assert Task.objects.count() == 2


def test_a_pair_is_opened_once(solbakken: Cast) -> None:
    said: dict[str, Any] = {
        "by": solbakken.secretary, "kind": kind("resept_fornyelse"), "due_on": oslo_date(MORNING), "hard": False,
        "origin": "patient", "urgent": False, "at": MORNING, "once": uuid.uuid4(),
    }  # fmt: skip
    signature, again = create_task(**said), create_task(**said)
    assert signature == again
    assert sorted(Task.objects.values_list("part", flat=True)) == [Part.PREPARE, Part.SIGN]


def test_what_the_database_refuses_for_another_reason_is_refused(solbakken: Cast) -> None:
    def refused() -> Task:
        raise IntegrityError

    for key in (None, uuid.uuid4()):
        with pytest.raises(IntegrityError):
            written_once(key, solbakken.nurse, refused)


@pytest.mark.usefixtures("committed")
def test_of_two_at_the_same_moment_one_is_written_and_both_are_told_of_it() -> None:
    cast = make_cast("solbakken", "Solbakken legesenter")
    phone = kind("telefonsporsmal")
    for _ in range(3):
        key, ready = uuid.uuid4(), threading.Barrier(2)
        came: list[Task] = []

        def log(key: uuid.UUID = key, ready: threading.Barrier = ready, came: list[Task] = came) -> None:
            try:
                with clinic_scope(cast.clinic.pk):
                    ready.wait()
                    came.append(
                        log_work(phone, by=cast.nurse, minutes=5, origin="patient", at=MORNING, once=key)
                    )
            finally:
                connection.close()

        threads = [threading.Thread(target=log) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(came) == 2
        assert came[0] == came[1]
        assert TaskEvent.objects.filter(task=came[0]).count() == 1
