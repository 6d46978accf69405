"""That a line is of a report of its clinic is checked once per statement.

A closing writes a country's lines by the hundred thousand, and a foreign key looked each of them up: 14 % of the time. What a
key does besides, keeping a report that has lines, the rights do: no role of ours may take a report away.
"""

from django.db import migrations

from teams.walling import same_clinic

LINES = ["reports_capacityline", "reports_workline", "reports_movableline", "reports_senderline"]
OWN_REPORTS = """
CREATE FUNCTION fordel_own_reports() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT clinic_id, report_id FROM written) line
        LEFT JOIN reports_weeklyreport r ON r.clinic_id = line.clinic_id AND r.id = line.report_id
        WHERE r.id IS NULL
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = format('%I: a line is of no report of its clinic', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$
"""


def checked(table: str) -> list[migrations.RunSQL]:
    key = same_clinic(table, report="reports_weeklyreport")
    return [
        migrations.RunSQL(key.reverse_sql, key.sql),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER own_reports_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS written"
                " FOR EACH STATEMENT EXECUTE FUNCTION fordel_own_reports()",
                f"DROP TRIGGER own_reports_{event.lower()} ON {table}",
            )
            for event in ("INSERT", "UPDATE")
        ),
        # Two that close side by side wait for each other's numbers otherwise.
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN id SET CACHE 1000",
            f"ALTER TABLE {table} ALTER COLUMN id SET CACHE 1",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("reports", "0009_mail_language")]
    operations = [
        migrations.RunSQL(OWN_REPORTS, "DROP FUNCTION fordel_own_reports()"),
        *(operation for table in LINES for operation in checked(table)),
    ]
