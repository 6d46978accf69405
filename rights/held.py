"""What is held on a patient: every table that leads to one, found by walking the models, so that none can be forgotten.

The order and the titles are ours; a table without a title here is taken out all the same, and the tests ask for one. What
holds numbers of a patient's things without a key to them stands in `LOOSE` with what is done about it. Knows no rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from tasks.models import Task

# What a patient is told first; the rest comes after.
TITLES: Mapping[str, Promise | str] = {
    "patients.Patient": _("Hvem pasienten er"),
    "patients.PatientIdentifier": _("Numre og navn hos avsendere"),
    "patients.Condition": _("Tilstander"),
    "patients.Medication": _("Legemidler"),
    "patients.Encounter": _("Kontakter og opphold"),
    "patients.Discharge": _("Utskrivninger"),
    "tasks.FollowUpPlan": _("Oppfølgingsplaner"),
    "tasks.PlanStep": _("Neste i planene"),
    "tasks.PlanEvent": _("Hva som er gjort med planene"),
    "tasks.Task": _("Oppgaver"),
    "tasks.TaskEvent": _("Hva som er gjort med oppgavene"),
    "tasks.JournalNote": _("Journalnotater"),
    "tasks.SenderReturn": _("Brev om retur til avsender"),
    "rights.Rectification": _("Rettelser av tekst"),
    "patients.PatientChange": _("Rettelser av opplysninger, også tidligere fastleger"),
    "patients.ImportChange": _("Hva forhåndsvisninger av importer sa"),
    "patients.PatientAccess": _("Hvem har sett"),
    "patients.ListShown": _("Hvem har sett pasienten på en liste"),
    "patients.BreakGlass": _("Nødåpninger"),
    "patients.AccessReview": _("Etterkontroll av innsyn"),
    "patients.Block": _("Sperringer"),
    "tasks.AllocationChange": _("Forslag og endringer i fordelinger"),
    "tasks.BulkItem": _("Del av samlede endringer"),
    "rights.DeletionRequest": _("Krav om sletting"),
    "rights.Tombstone": _("Slettede numre som kom tilbake"),
}

# Fields of tables that lead to no patient, and that could hold one's number or words about one all the same.
LOOSE: Mapping[str, str] = {
    "tasks.AllocationRun.left": "Taken out by the task's number (rights/queries/held.py), removed by it (carry_out.sql).",
    "tasks.AllocationRun.levels": "Sums.",
    "tasks.AllocationRun.loads": "Minutes of members.",
    "tasks.AllocationRun.bound": "A sum.",
    "patients.ImportRun.mapping": "Headings of a file.",
    "patients.ImportRun.asked": "First cells of a file nobody has mapped; gone with it within days, never searched.",
    "patients.ImportRun.counts": "Counts.",
    "patients.ImportRun.preview": "Counts.",
    "patients.ImportRun.unmapped": "Codes with how many, never whose.",
    "patients.ImportRun.message": "What is wrong with a file, never what a row says.",
    "patients.ColumnMapping.mapping": "Headings of a file.",
    "tasks.TaskKind.professions": "The catalogue.",
    "tasks.TaskKind.delegable_to": "The catalogue.",
    "tasks.TaskKind.preparable_by": "The catalogue.",
    "tasks.TaskKind.minutes": "The catalogue.",
    "tasks.TaskKind.channels": "The catalogue.",
    "tasks.Delegation.instruction": "How a kind of task is done, for all patients of a doctor's list.",
    "tasks.Programme.icpc2": "The catalogue.",
    "tasks.Programme.draft": "What a programme is to be.",
    "tasks.ProgrammeVersion.content": "What a programme was.",
    "tasks.PlanRun.programmes": "Numbers of programmes.",
    "tasks.PlanRun.result": "Counts and minutes.",
    "reports.ReportChart.svg": "Sums, drawn.",
    "reports.MovableLine.takers": "Professions.",
    "reports.MoveLine.moved": "Minutes.",
    "scenarios.Scenario.changes": "Members, hours, kinds of task.",
    "scenarios.Scenario.result": "Sums.",
    "rights.Deletion.counts": "How many rows went from which table.",
}
# Tables that name a patient by number without a key, and by which lookup.
WITHOUT_A_KEY: Mapping[str, str] = {
    "patients.ListShown": "patients__contains",
    "patients.AccessReview": "patient_id",
}
# Tables that lead to a patient only until they are written: their request has let go of whom it was about.
LEFT_OUT: Mapping[str, str] = {
    "rights.Deletion": "The trace of what is gone, without whose it was.",
    "rights.KeptAccess": "Who had looked at somebody who is gone, without whom.",
}
# Keys that say nothing of the patient: whose clinic it is, and the login behind a member who is named.
# Nor who else stood on a list.
UNTOLD = frozenset({"clinic", "patient", "patient_id", "patients", "user", "salt", "digest", "once"})


@dataclass(frozen=True, slots=True)
class Table:
    """`path` leads from a row to the patient, as a lookup."""

    label: str
    path: str

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    @property
    def title(self) -> str:
        named = TITLES.get(self.label)
        return str(named or self.model._meta.verbose_name_plural)


@cache
def tables() -> tuple[Table, ...]:
    """Every table that leads to a patient, in the order of `TITLES`."""
    order = {label: number for number, label in enumerate(TITLES)}
    paths = {**paths_to(Patient), **WITHOUT_A_KEY}
    found = [Table(label, path) for label, path in paths.items() if label not in LEFT_OUT]
    return tuple(sorted(found, key=lambda each: (order.get(each.label, len(order)), each.label)))


@cache
def tables_of_task() -> tuple[Table, ...]:
    """The task, and what goes with one that is deleted: what has a key of its own to it, but for other tasks."""
    kept = {"tasks.Task", "rights.DeletionRequest"}
    reached = [
        (label, path) for label, path in paths_to(Task).items() if "__" not in path and label not in kept
    ]
    return (Table("tasks.Task", "pk"), *(Table(label, path) for label, path in reached))


def paths_to(target: type[Model]) -> dict[str, str]:
    """The shortest way of keys from every model that has one to `target`, whose own is «pk»."""
    found = {target._meta.label: "pk"}
    near = deque([target])
    while near:
        nearer = near.popleft()
        onward = found[nearer._meta.label]
        for label, key in _keys_to(nearer):
            if label not in found:
                found[label] = key if onward == "pk" else f"{key}__{onward}"
                near.append(apps.get_model(label))
    return found


def _keys_to(model: type[Model]) -> Iterator[tuple[str, str]]:
    for each in apps.get_models():
        for field in each._meta.get_fields():
            # `clinic` and its like lead to nobody: only what is the patient's is walked through.
            if field.is_relation and getattr(field, "concrete", False) and field.related_model is model:
                yield each._meta.label, field.name
