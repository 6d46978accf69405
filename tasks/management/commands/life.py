"""Print a task's life, as the table in docs/life.md."""

from typing import Any

from django.core.management.base import BaseCommand

from tasks.life import ALIVE, AS_IT_WAS, BEGINS, MOVES, NOBODYS, OR_NOBODYS
from tasks.models import ENDED, TaskState, Verb

HEAD = """\
# En oppgaves liv

Laget av `bin/manage life` fra `tasks/life.py`: hva som kan skje med en oppgave (rader), i hvilken tilstand (kolonner),
og hva den blir. Tomt: det går ikke. Hver endring er en `TaskEvent`, som ingen kan endre.

«ikke tildelt» er «kommer» så lenge vinduet ikke er åpent; den natten det åpner seg, åpnes oppgaven.
Det som angres, blir som det var. Utelukkes den som har oppgaven, blir den ikke tildelt.

"""


def printed() -> str:
    """The page, as Markdown."""
    columns = (*ALIVE, *ENDED)
    lines = [
        ["Hva som skjer", "ny", *(str(state.label) for state in columns)],
        ["---"] * (len(columns) + 2),
    ]
    lines += [
        [
            f"{verb.label} (`{verb.value}`)",
            _words(BEGINS.get(verb)),
            *(_cell(verb, state) for state in columns),
        ]
        for verb in Verb
    ]
    return HEAD + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(verb: Verb, state: TaskState) -> str:
    to = MOVES.get(verb, {}).get(state)
    if verb == Verb.UNDO and to is not None:
        return "som den var"
    if to is not None and MOVES[verb] == AS_IT_WAS:
        return "uendret"
    if (verb, state) == (Verb.OPEN, TaskState.SCHEDULED):
        return str(TaskState.OPEN.label)
    return _words(to) + (" eller ikke tildelt" if to is not None and verb in OR_NOBODYS else "")


def _words(state: TaskState | None) -> str:
    if state is None:
        return ""
    return " eller ".join(str(each.label) for each in NOBODYS[::-1]) if state in NOBODYS else str(state.label)


class Command(BaseCommand):
    help = "Skriver ut en oppgaves liv: verb × tilstand."

    def handle(self, **options: Any) -> None:
        self.stdout.write(printed(), ending="")
