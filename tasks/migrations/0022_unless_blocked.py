"""What is to be done for a patient is hidden from whom the patient has blocked, as the patient is."""

from django.db import migrations

from patients.walling import TASKS, unless_blocked, unless_task_blocked

FUNCTION = "fordel_blocked_tasks()"


class Migration(migrations.Migration):
    dependencies = [("tasks", "0021_what_a_closing_reads"), ("patients", "0012_access_walls")]
    operations = [
        migrations.RunSQL(TASKS, f"DROP FUNCTION {FUNCTION}"),
        migrations.RunSQL(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC", ""),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO fordel_app", ""),
        unless_blocked("tasks_task", may_lack=True),
        unless_blocked("tasks_followupplan", "tasks_journalnote"),
        unless_task_blocked("tasks_taskevent", "tasks_allocationchange", "tasks_bulkitem", "tasks_senderreturn"),
    ]
