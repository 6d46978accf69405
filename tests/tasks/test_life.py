"""The table of states and verbs, and the page that prints it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from tasks import life
from tasks.management.commands.life import printed
from tasks.models import ENDED, Task, TaskEvent, TaskState, Verb
from teams.wall import clinic_scope
from tests.conftest import Cast
from tests.tasks.conftest import MONDAY, MORNING, make_task


def test_the_printed_table_is_the_one_in_docs() -> None:
    with translation.override("nb"):
        written = (Path(__file__).parents[2] / "docs/life.md").read_text(encoding="utf-8")
        assert written == printed(), "bin/manage life > docs/life.md"


def test_every_verb_is_in_the_table() -> None:
    assert {*life.MOVES, *life.BEGINS} == set(Verb)


def test_what_has_ended_stays_so_unless_it_is_undone_opened_again_or_corrected() -> None:
    out_of = {verb for verb, moves in life.MOVES.items() for state in moves if state in ENDED}
    assert out_of == {Verb.UNDO, Verb.REOPEN, Verb.CORRECT}
    with pytest.raises(life.NotAllowed, match="utført"):
        life.after(Verb.COMPLETE, TaskState.DONE)


def test_what_nobody_has_is_scheduled_until_its_window_opens() -> None:
    assert life.unheld(MONDAY, MONDAY) == "open"
    assert life.unheld(MONDAY + dt.timedelta(days=1), MONDAY) == "scheduled"


@pytest.mark.parametrize(
    "statement", ["UPDATE tasks_taskevent SET reason = 'x'", "DELETE FROM tasks_taskevent"]
)
@pytest.mark.parametrize("as_app", [False, True])
def test_no_event_is_ever_changed_or_taken_away(solbakken: Cast, statement: str, as_app: bool) -> None:
    """Neither by the tables' owner nor by the application."""
    task = make_task(solbakken.clinic, "okonomi")
    TaskEvent.objects.create(
        clinic=solbakken.clinic, task=task, verb="open", to_state="open", at=MORNING, effective_at=MORNING
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        if as_app:
            with clinic_scope(solbakken.clinic.pk), connection.cursor() as cursor:
                cursor.execute(statement)
        else:
            with connection.cursor() as cursor:
                cursor.execute(statement)
    assert TaskEvent.objects.filter(task=task, reason="").count() == 1


@pytest.mark.django_db
def test_a_task_and_its_closing_always_agree(solbakken: Cast) -> None:
    task = make_task(solbakken.clinic, "okonomi")
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(closing="done")
