"""Migration operations that wall tables off by clinic. Used by every room's `walls` migration.

`wall("tasks_task", app="SELECT, INSERT, UPDATE")` turns row-level security on, lets `fordel_app` reach the
rows of the current clinic with the rights named, and lets `fordel_jobs` reach all rows with its own.
`same_clinic` makes a relation's foreign key carry the clinic too, since a foreign key check itself
walks through row-level security. `append_only` makes a table's rows unchangeable for everybody.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

Statements = list[Any]  # RunSQL's own type is wider than strings, and lists are invariant
CURRENT_CLINIC = "(SELECT nullif(current_setting('fordel.clinic', true), '')::bigint)"
CURRENT_USER = "(SELECT nullif(current_setting('fordel.user', true), '')::bigint)"


def wall(
    table: str, *, app: str, jobs: str = "", key: str = "clinic_id", also_read: str = ""
) -> migrations.RunSQL:
    """Only the current clinic's rows for the application; all rows, with other rights, for the jobs.

    `also_read` widens what may be read, never what may be written.
    """
    own = f"{key} = {CURRENT_CLINIC}"
    up: Statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY clinic ON {table} TO fordel_app USING ({own}) WITH CHECK ({own})",
        f"GRANT {app} ON {table} TO fordel_app",
    ]
    down: Statements = [
        f"REVOKE ALL ON {table} FROM fordel_app, fordel_jobs",
        f"DROP POLICY clinic ON {table}",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    ]
    if also_read:
        up.append(f"CREATE POLICY also_read ON {table} FOR SELECT TO fordel_app USING ({also_read})")
        down.insert(1, f"DROP POLICY also_read ON {table}")
    if jobs:
        up += [
            f"CREATE POLICY all_clinics ON {table} TO fordel_jobs USING (true) WITH CHECK (true)",
            f"GRANT {jobs} ON {table} TO fordel_jobs",
        ]
        down.insert(1, f"DROP POLICY all_clinics ON {table}")
    return migrations.RunSQL(up, down)


def shared(*tables: str, app: str = "SELECT", jobs: str = "") -> migrations.RunSQL:
    """Tables without clinic data: catalogues, logins, sessions."""
    names = ", ".join(tables)
    up: Statements = [f"GRANT {app} ON {names} TO fordel_app"] + (
        [f"GRANT {jobs} ON {names} TO fordel_jobs"] if jobs else []
    )
    return migrations.RunSQL(up, f"REVOKE ALL ON {names} FROM fordel_app, fordel_jobs")


def same_clinic(table: str, **relations: str) -> migrations.RunSQL:
    """`same_clinic("tasks_task", patient="patients_patient")`: a task's patient is of the task's clinic."""
    up: Statements = [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name}_same_clinic FOREIGN KEY (clinic_id, {name}_id)"
        f" REFERENCES {target} (clinic_id, id) DEFERRABLE INITIALLY DEFERRED"
        for name, target in relations.items()
    ]
    down: Statements = [
        f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}_same_clinic" for name in relations
    ]
    return migrations.RunSQL(up, down)


def append_only(table: str) -> migrations.RunSQL:
    """No row is ever changed or taken away, by whatever role: a trigger refuses."""
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION fordel_refuse_change()",
        f"DROP TRIGGER append_only ON {table}",
    )
