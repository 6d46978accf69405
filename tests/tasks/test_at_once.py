"""Two people at one task in the same moment, over two connections: one of them does it, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from tasks.actions import closing, doing
from tasks.actions.changing import Changed
from tasks.actions.creating import create_task
from tasks.life import NotAllowed
from tasks.models import Closing, Task, TaskKind
from teams.wall import clinic_scope
from tests.conftest import Cast, make_cast
from tests.tasks.conftest import MONDAY, MORNING, make_patient, make_task

pytestmark = pytest.mark.usefixtures("committed")


def together(cast: Cast, *acts: Callable[[], object]) -> list[object]:
    """What each came to, or the exception it raised; all of them begin at the same moment, in their own connection."""
    came: list[object] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(n: int) -> None:
        try:
            with clinic_scope(cast.clinic.pk):
                ready.wait()
                came[n] = acts[n]()
        except Exception as error:
            came[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return came


def test_of_two_who_complete_one_does_it_and_the_other_is_told() -> None:
    cast = make_cast("solbakken", "Solbakken legesenter")
    for _ in range(5):
        task = make_task(cast.clinic, "okonomi", assignee=cast.secretary)
        acts = [
            lambda by=by, minutes=minutes, task=task: doing.complete(
                task.pk, by=by, minutes=minutes, at=MORNING, version=task.version
            )
            for by, minutes in ((cast.secretary, 3), (cast.nurse, 9))
        ]
        came = together(cast, *acts)
        (done,) = [each for each in came if isinstance(each, Task)]
        (refused,) = [each for each in came if isinstance(each, Exception)]
        assert isinstance(refused, Changed)
        task.refresh_from_db()
        assert (task.done_by_id, task.minutes, task.version) == (done.done_by_id, done.minutes, 2)
        assert task.events.count() == 1


def test_without_a_version_the_second_is_told_that_it_is_done_and_of_two_who_begin_one_has_begun() -> None:
    cast = make_cast("solbakken", "Solbakken legesenter")
    task = make_task(cast.clinic, "okonomi")
    came = together(
        cast, *(lambda by=by: doing.start(task.pk, by=by, at=MORNING) for by in (cast.secretary, cast.nurse))
    )
    (begun,) = [each for each in came if isinstance(each, Task)]
    (refused,) = [each for each in came if isinstance(each, NotAllowed)]
    assert str(refused) == f"{begun.assignee} har startet denne."


def test_both_halves_of_a_pair_at_once_never_wait_for_one_another() -> None:
    cast = make_cast("solbakken", "Solbakken legesenter")
    kind = TaskKind.objects.get(slug="resept_fornyelse")
    for _ in range(5):
        signature = create_task(
            by=cast.secretary, kind=kind, patient=make_patient(cast), due_on=MONDAY, hard=False,
            origin="patient", urgent=False, at=MORNING,
        )  # fmt: skip
        preparation = signature.after
        assert preparation is not None
        first, second = preparation.pk, signature.pk

        def prepare(task_id: int = first) -> object:
            return doing.complete(task_id, by=cast.secretary, minutes=2, at=MORNING)

        def call_off(task_id: int = second) -> object:
            return closing.close(task_id, by=cast.doctor, closing=Closing.NOT_NEEDED, reason="", at=MORNING)

        came = together(cast, prepare, call_off)
        # Either order is right; what may not be is an error of the database's.
        assert [
            each for each in came if isinstance(each, Exception) and not isinstance(each, NotAllowed)
        ] == []
        assert Task.objects.get(pk=signature.pk).state == "cancelled"
        assert Task.objects.get(pk=preparation.pk).ended_at is not None
