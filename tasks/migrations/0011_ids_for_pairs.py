"""The night makes a preparation and its signature in one statement, and so takes the ids beforehand."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tasks", "0010_my_day_indexes"), ("teams", "0002_walls")]
    operations = [
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE tasks_task_id_seq TO fordel_jobs",
            "REVOKE USAGE ON SEQUENCE tasks_task_id_seq FROM fordel_jobs",
        ),
    ]
