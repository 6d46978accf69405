"""Walls for letters, notes, saved views, usual minutes and changes of many; pairs and channels in the catalogue."""

from django.db import migrations

from tasks.catalogue import kinds
from teams.walling import append_only, same_clinic, wall

MEMBER, TASK = "teams_member", "tasks_task"


def pairs_and_channels(apps, schema_editor):
    kind_model = apps.get_model("tasks", "TaskKind")
    for row in kinds():
        kind_model.objects.filter(slug=row["slug"]).update(paired=row["paired"], channels=row["channels"])


class Migration(migrations.Migration):
    dependencies = [("tasks", "0008_life")]
    operations = [
        migrations.RunPython(pairs_and_channels, migrations.RunPython.noop),
        wall("tasks_senderreturn", app="SELECT, INSERT, UPDATE", jobs="SELECT"),
        wall("tasks_journalnote", app="SELECT, INSERT"),
        wall("tasks_savedview", app="SELECT, INSERT, UPDATE, DELETE"),
        wall("tasks_usualminutes", app="SELECT", jobs="SELECT, INSERT, UPDATE, DELETE"),
        wall("tasks_bulkchange", app="SELECT, INSERT, UPDATE (undone_by_id, undone_at)"),
        wall("tasks_bulkitem", app="SELECT, INSERT"),
        append_only("tasks_journalnote"),
        same_clinic("tasks_task", after=TASK),
        same_clinic("tasks_delegation", revoked_by=MEMBER, drafted_by=MEMBER, replaces="tasks_delegation"),
        same_clinic("tasks_senderreturn", task=TASK, by=MEMBER, answered_by=MEMBER),
        same_clinic(
            "tasks_journalnote", task=TASK, patient="patients_patient", plan="tasks_followupplan", by=MEMBER
        ),
        same_clinic("tasks_savedview", member=MEMBER),
        same_clinic("tasks_usualminutes", member=MEMBER),
        same_clinic("tasks_bulkchange", by=MEMBER, undone_by=MEMBER),
        same_clinic("tasks_bulkitem", bulk="tasks_bulkchange", task=TASK),
    ]
