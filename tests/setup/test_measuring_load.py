"""`bin/bench load`: what it finds wrong afterwards, and a few people at work for some seconds."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
from django.db import connection

from bench.load import measure, shapes, workers
from bench.load_check import check, last_event
from bench.load_users import CONFLICT, Diary, Form
from bench.pages_fill import fill
from bench.pages_web import web
from tasks.actions import doing
from tasks.actions.creating import create_task
from tasks.models import Origin, Task, TaskKind
from teams.calendar import DAY, oslo_date
from tests.conftest import Cast, logged_in

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def errand(solbakken: Cast) -> Task:
    """A task of anybody's, with its whole story."""
    return create_task(
        by=solbakken.nurse, at=NOW, kind=TaskKind.objects.get(slug="okonomi"), patient=None, name="Faktura",
        due_on=oslo_date(NOW) + 3 * DAY, hard=False, minutes=None, origin=Origin.INTERNAL, sender="", urgent=False,
    )  # fmt: skip


@pytest.mark.django_db
def test_a_success_that_was_told_is_there_once(solbakken: Cast, errand: Task) -> None:
    since, nurse = last_event(), solbakken.nurse
    doing.complete(errand.pk, by=nurse, minutes=4, at=NOW)
    told = (nurse.pk, errand.pk, "complete")
    assert check([told], since=since).agrees
    assert check([told, told], since=since).lost == [told]
    assert check([(solbakken.secretary.pk, errand.pk, "complete")], since=since).lost
    assert check([], since=since).untold == [f"{errand.pk} complete by {nurse.pk}"]


@pytest.mark.django_db
def test_a_task_that_is_not_what_its_events_say_is_found(solbakken: Cast, errand: Task) -> None:
    since = last_event()
    Task.objects.filter(pk=errand.pk).update(version=5)
    assert check([], since=since).wrong_versions == [errand.pk]
    Task.objects.filter(pk=errand.pk).update(version=1, planned_minutes=59)
    found = check([], since=since)
    assert not found.wrong_versions
    assert [story.split(":")[0] for story in found.wrong_stories] == [str(errand.pk)]


def test_a_form_is_sent_as_it_came_with_what_may_be_chosen_known() -> None:
    page = """<form action="/a/"><input name="x" value="1"></form>
    <form action="/oppgave/3/gi-videre/"><input type="hidden" name="version" value="4"><textarea name="reason">
    </textarea><select name="to"><option value="">–</option><option value="7">Kari</option></select></form>"""
    form = Form(page, "/gi-videre/")
    assert form.found
    assert form.fields == {"version": "4", "reason": "", "to": ""}
    assert form.choices == {"to": ["", "7"]}
    assert not Form(page, "/utsett/").found


@pytest.mark.django_db
def test_only_a_refusal_is_a_conflict_not_what_the_sheet_says_anyway(solbakken: Cast, errand: Task) -> None:
    """A sheet on which a colleague is named as being at it, refused for another reason, is an error."""
    doing.start(errand.pk, by=solbakken.nurse, at=NOW)
    secretary, sheet = logged_in(solbakken.secretary), {"HX-Request": "true", "HX-Target": "ark"}
    address = f"/oppgave/{errand.pk}/"

    def refused(verb: str, **sent: str) -> str:
        answer = secretary.post(f"{address}{verb}/", sent, headers=sheet)
        assert answer.status_code == 422
        text = answer.content.decode()
        assert "har startet denne" in text
        return text

    version = str(Task.objects.get().version)
    assert not CONFLICT.search(refused("utfort", minutes="0", version=version))
    assert not CONFLICT.search(refused("utsett", until="", reason="", version=version))
    assert CONFLICT.search(refused("begynn"))
    assert CONFLICT.search(refused("utfort", minutes="5", version="1"))
    assert CONFLICT.search(refused("utsett", until=str(oslo_date(NOW) + DAY), reason="Ringer", version="1"))


@pytest.mark.usefixtures("committed")
def test_of_two_who_complete_the_same_task_at_once_one_is_told_that_the_other_was_first() -> None:
    found, diary = shapes(10), Diary()
    fill(found, seed=1)
    since = last_event()
    with web() as port:
        first, second = workers(found, 2, port, diary, seed=1)
        task = Task.objects.get(pk=first.shared[0])

        async def both() -> None:
            await asyncio.gather(*(one.complete_as_seen(task.pk, task.version) for one in (first, second)))

        asyncio.run(both())
    assert (len(diary.told), diary.conflicts, diary.errors) == (1, 1, [])
    assert check(diary.told, since=since).agrees


@pytest.mark.usefixtures("committed")
def test_a_few_people_work_for_some_seconds_and_nothing_is_lost() -> None:
    found = measure(12, 12, seed=1)
    for name in ("errors", "lost", "untold", "wrong_versions", "wrong_stories"):
        assert found[name] == 0, name
    assert found["users"] == 12
    assert found["changes"] > 0
    assert found["requests"] >= 12
    assert {"min_dag", "complete"} <= {each["action"] for each in found["actions"]}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT by_id) FROM tasks_taskevent WHERE at >= %s", [NOW])
        assert cursor.fetchone()[0] > 1
