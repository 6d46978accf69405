"""What is to be done as soon as possible, and after a discharge, is opened while somebody waits: by the application."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tasks", "0016_bloods_before")]
    operations = [
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE tasks_task_id_seq TO fordel_app",
            "REVOKE USAGE ON SEQUENCE tasks_task_id_seq FROM fordel_app",
        )
    ]
