"""Row-level security for the tasks' tables; a task's story can never be rewritten."""

from django.db import migrations

from teams.walling import append_only, same_clinic, shared, wall

ROWS = "SELECT, INSERT, UPDATE"
MEMBER = "teams_member"


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_initial"), ("patients", "0002_walls")]
    operations = [
        shared("tasks_taskkind", jobs="SELECT"),
        wall("tasks_delegation", app=ROWS, jobs="SELECT"),
        wall("tasks_programme", app=ROWS, jobs="SELECT"),
        wall("tasks_step", app=ROWS, jobs="SELECT"),
        wall("tasks_followupplan", app=ROWS, jobs="SELECT, UPDATE"),
        wall("tasks_planstep", app=ROWS, jobs="SELECT, UPDATE"),
        wall("tasks_task", app=ROWS, jobs=ROWS),
        wall("tasks_taskevent", app="SELECT, INSERT", jobs="SELECT, INSERT"),
        wall("tasks_allocationrun", app="SELECT, INSERT", jobs="SELECT, INSERT"),
        append_only("tasks_taskevent"),
        same_clinic("tasks_delegation", doctor=MEMBER, member=MEMBER),
        same_clinic("tasks_programme", approved_by=MEMBER),
        same_clinic("tasks_step", programme="tasks_programme"),
        same_clinic("tasks_followupplan", patient="patients_patient", programme="tasks_programme"),
        same_clinic("tasks_planstep", plan="tasks_followupplan", step="tasks_step"),
        same_clinic(
            "tasks_task", patient="patients_patient", plan_step="tasks_planstep", assignee=MEMBER, done_by=MEMBER
        ),
        same_clinic("tasks_taskevent", task="tasks_task", by=MEMBER, from_member=MEMBER, to_member=MEMBER),
    ]
