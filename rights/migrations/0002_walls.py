"""Row-level security, and the one way in which something is deleted.

Nobody whom the application connects as may delete a record: a function of the tables' owner does, for a decision that it
has looked at itself (rights/sql/carry_out.sql), and only the jobs may call it. Tables that are only added to let go of
their rows then, and only then: while the function of the owner has said so in the transaction it runs in.
"""

from pathlib import Path

from django.db import migrations

from patients.walling import unless_blocked
from teams.walling import append_only, same_clinic, shared, wall

MEMBER, REQUEST, DELETION = "teams_member", "rights_deletionrequest", "rights_deletion"
SQL = Path(__file__).parents[1] / "sql"

DELETING = """
CREATE FUNCTION fordel_deleting(the_table oid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('fordel.deletion', true) = txid_current()::text
        AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = the_table)
$$
"""
REFUSE_BUT_THAT = """
CREATE OR REPLACE FUNCTION fordel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF fordel_deleting(TG_RELID) THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
REFUSE = """
CREATE OR REPLACE FUNCTION fordel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""


def function(name: str, arguments: str) -> migrations.RunSQL:
    """Of rights/sql, for the jobs alone."""
    signature = f"rights_{name}({arguments})"
    up = [
        (SQL / f"{name}.sql").read_text(encoding="utf-8"),
        f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {signature} TO fordel_jobs",
    ]
    return migrations.RunSQL(up, f"DROP FUNCTION {signature}")


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0001_initial"),
        ("patients", "0012_access_walls"),
        ("tasks", "0022_unless_blocked"),
        ("scenarios", "0002_walls"),
        ("reports", "0007_its_walls"),
    ]
    operations = [
        wall(
            REQUEST,
            app="SELECT, INSERT, UPDATE (state, ground, reason, decided_by_id, decided_at, stopped_by_id, stopped_at)",
            jobs="SELECT (id, clinic_id, state, decided_at), UPDATE (problem)",
        ),
        unless_blocked(REQUEST, may_lack=True),
        wall(DELETION, app="SELECT"),
        wall("rights_keptaccess", app="SELECT"),
        wall(
            "rights_tombstone",
            app="SELECT (id, clinic_id, deletion_id, back_id, back_at, accepted_by_id), UPDATE (accepted_by_id)",
        ),
        wall("rights_rectification", app="SELECT, INSERT"),
        shared("rights_retentionrun", jobs="SELECT, INSERT"),
        same_clinic(REQUEST, patient="patients_patient", asked_by=MEMBER, decided_by=MEMBER, stopped_by=MEMBER),
        same_clinic(DELETION, request=REQUEST, asked_by=MEMBER, decided_by=MEMBER),
        same_clinic("rights_keptaccess", deletion=DELETION, member=MEMBER),
        same_clinic("rights_tombstone", deletion=DELETION, back="patients_patient", accepted_by=MEMBER),
        same_clinic("rights_rectification", task="tasks_task", by=MEMBER),
        *(append_only(t) for t in (DELETION, "rights_keptaccess", "rights_rectification", "rights_retentionrun")),
        migrations.RunSQL(DELETING, "DROP FUNCTION fordel_deleting(oid)"),
        migrations.RunSQL(REFUSE_BUT_THAT, REFUSE),
        migrations.RunSQL((SQL / "in_order.sql").read_text(encoding="utf-8"), "DROP FUNCTION rights_in_order()"),
        migrations.RunSQL(
            f"CREATE TRIGGER in_order BEFORE INSERT OR UPDATE ON {REQUEST}"
            " FOR EACH ROW EXECUTE FUNCTION rights_in_order()",
            f"DROP TRIGGER in_order ON {REQUEST}",
        ),
        function("carry_out", "bigint"),
        function("came_back", ""),
    ]
