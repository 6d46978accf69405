"""Migration operations for the wall around a patient who has blocked somebody: whom `fordel_blocked()` names, in no table.

The policies are restrictive: what the clinic's wall lets through, they take away again, in every statement of a web
request (`fordel.user` is set there; a worker works for nobody, and is stopped by code instead: tasks/eligibility.py).
"""

from __future__ import annotations

from django.db import migrations

from teams.walling import Statements

# Asked once a statement and table. In plpgsql since its own statements stay planned; definer, since whoever is blocked
# may read neither the block nor that there is one.
BLOCKED = """
CREATE FUNCTION fordel_blocked() RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    clinic bigint := nullif(current_setting('fordel.clinic', true), '')::bigint;
    looker bigint := nullif(current_setting('fordel.user', true), '')::bigint;
BEGIN
    IF looker IS NULL OR NOT EXISTS (SELECT FROM patients_block b WHERE b.clinic_id = clinic) THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((
        SELECT array_agg(DISTINCT b.patient_id)
        FROM patients_block b JOIN teams_member m ON m.clinic_id = b.clinic_id AND m.user_id = looker
        WHERE b.clinic_id = clinic AND (b.ends_at IS NULL OR b.ends_at > clock_timestamp())
            AND (m.id = ANY(b.members)) <> b.all_but
            AND NOT EXISTS (
                SELECT FROM patients_breakglass g
                WHERE g.patient_id = b.patient_id AND g.member_id = m.id AND g.until > clock_timestamp()
            )
    ), '{}');
END $$
"""
# Whom somebody means who knows exactly who it is, and is blocked: the only way past, and only to the number of the row.
MEANT = """
CREATE FUNCTION fordel_blocked_patient(number text, given text, family text, born date) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT min(p.id) FROM patients_patient p
    WHERE p.id = ANY(fordel_blocked()) AND CASE WHEN number <> '' THEN EXISTS (
            SELECT FROM patients_patientidentifier i WHERE i.patient_id = p.id AND i.value = number
        ) ELSE lower(p.given_name) = lower(given) AND lower(p.family_name) = lower(family) AND p.birth_date = born END
    HAVING count(*) = 1
$$
"""


# Of those the tasks: what hangs on a task is hidden with it, so that no count tells.
TASKS = """
CREATE FUNCTION fordel_blocked_tasks() RETURNS bigint[] LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    patients bigint[] := fordel_blocked();
BEGIN
    IF cardinality(patients) = 0 THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((SELECT array_agg(t.id) FROM tasks_task t WHERE t.patient_id = ANY(patients)), '{}');
END $$
"""


def unless_task_blocked(*tables: str) -> migrations.RunSQL:
    """No row of these that hangs on a task of such a patient."""
    up: Statements = [
        f"CREATE POLICY blocked ON {table} AS RESTRICTIVE TO fordel_app"
        " USING (task_id <> ALL ((SELECT fordel_blocked_tasks())::bigint[]))"
        for table in tables
    ]
    return migrations.RunSQL(up, [f"DROP POLICY blocked ON {table}" for table in tables])


def unless_blocked(*tables: str, key: str = "patient_id", may_lack: bool = False) -> migrations.RunSQL:
    """No row of these that is about a patient who has blocked the looker, to read or to write.

    `may_lack`: a row may be about no patient.
    """
    own = f"{key} IS NULL OR " if may_lack else ""
    up: Statements = [
        f"CREATE POLICY blocked ON {table} AS RESTRICTIVE TO fordel_app"
        f" USING ({own}{key} <> ALL ((SELECT fordel_blocked())::bigint[]))"
        for table in tables
    ]
    return migrations.RunSQL(up, [f"DROP POLICY blocked ON {table}" for table in tables])
