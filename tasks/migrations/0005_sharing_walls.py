"""Walls for what a sharing out changes, and rights to decide about one.

A change's members need no foreign key of their own: `from` stands on the task already, and `to` is checked when
it is written there. A night writes many thousand of these rows.
"""

from django.db import migrations

from teams.walling import same_clinic, wall

CHANGE, RUN = "tasks_allocationchange", "tasks_allocationrun"
MEMBER = "teams_member"


class Migration(migrations.Migration):
    dependencies = [("tasks", "0004_sharing")]
    operations = [
        wall(CHANGE, app="SELECT, INSERT, UPDATE (applied)", jobs="SELECT, INSERT, UPDATE (applied), DELETE"),
        same_clinic(CHANGE, run=RUN, task="tasks_task"),
        same_clinic(RUN, asked_by=MEMBER, decided_by=MEMBER, undone_by=MEMBER),
        migrations.RunSQL(
            f"GRANT UPDATE ON {RUN} TO fordel_app, fordel_jobs", f"REVOKE UPDATE ON {RUN} FROM fordel_app, fordel_jobs"
        ),
    ]
