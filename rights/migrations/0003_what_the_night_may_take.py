"""The rights that the rules of retention need, and no more: to find what is old, and to take that away."""

from django.db import migrations

# Table, what may be read to find the old rows, what may be done with them, and whether the jobs saw the table before.
TABLES = [
    ("patients_importproblem", "SELECT (id, run_id), DELETE", True),
    ("patients_importchange", "SELECT (id, run_id), DELETE", True),
    ("tasks_bulkitem", "SELECT (id, bulk_id), DELETE", True),
    ("tasks_bulkchange", "SELECT (id, at)", True),
    ("scenarios_scenario", "DELETE", False),
    ("reports_delivery", "DELETE", False),
]


def rights(table: str, what: str, new: bool) -> migrations.RunSQL:
    up, down = [f"GRANT {what} ON {table} TO fordel_jobs"], [f"REVOKE {what} ON {table} FROM fordel_jobs"]
    if new:
        up.append(f"CREATE POLICY all_clinics ON {table} TO fordel_jobs USING (true) WITH CHECK (true)")
        down.append(f"DROP POLICY all_clinics ON {table}")
    return migrations.RunSQL(up, down)


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_walls")]
    operations = [
        *(rights(*each) for each in TABLES),
        migrations.RunSQL(
            "GRANT SELECT (expire_date), DELETE ON django_session TO fordel_jobs",
            "REVOKE SELECT (expire_date), DELETE ON django_session FROM fordel_jobs",
        ),
    ]
