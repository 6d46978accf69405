"""Row-level security for what a manager acts on.

Jobs write lines, the application reads them. People open numbers, and that log is never changed. A clinic's people ask
for e-mail and see what became of it; jobs send. A municipality's lines are for those who lead it, whatever clinic they may
also work in.
"""

from django.db import migrations

from teams.walling import CURRENT_USER, append_only, same_clinic, wall

LINES = ["reports_senderline", "reports_moveline", "reports_change"]
LED = f"municipality_id IN (SELECT l.municipality_id FROM teams_municipallead l WHERE l.user_id = {CURRENT_USER})"


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_what_a_manager_acts_on"), ("teams", "0009_municipal_lead_wall")]
    operations = [
        *(wall(table, app="SELECT", jobs="SELECT, INSERT") for table in LINES),
        *(same_clinic(table, report="reports_weeklyreport") for table in LINES),
        wall("reports_numberopened", app="SELECT, INSERT", jobs="SELECT"),
        same_clinic("reports_numberopened", report="reports_weeklyreport", by="teams_member"),
        append_only("reports_numberopened"),
        wall("reports_recipient", app="SELECT, INSERT, UPDATE, DELETE", jobs="SELECT"),
        wall("reports_delivery", app="SELECT, UPDATE, DELETE", jobs="SELECT, INSERT, UPDATE"),
        same_clinic("reports_recipient", member="teams_member"),
        same_clinic("reports_delivery", recipient="reports_recipient", report="reports_weeklyreport"),
        # Only when the jobs last looked back: nothing of any clinic.
        migrations.RunSQL(
            "GRANT SELECT, INSERT ON reports_lookback TO fordel_jobs",
            "REVOKE ALL ON reports_lookback FROM fordel_jobs",
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE reports_municipalline ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY led ON reports_municipalline FOR SELECT TO fordel_app USING ({LED})",
                "GRANT SELECT ON reports_municipalline TO fordel_app",
                "CREATE POLICY all_clinics ON reports_municipalline TO fordel_jobs USING (true) WITH CHECK (true)",
                "GRANT SELECT, INSERT ON reports_municipalline TO fordel_jobs",
            ],
            [
                "REVOKE ALL ON reports_municipalline FROM fordel_app, fordel_jobs",
                "DROP POLICY led ON reports_municipalline",
                "DROP POLICY all_clinics ON reports_municipalline",
                "ALTER TABLE reports_municipalline DISABLE ROW LEVEL SECURITY",
            ],
        ),
    ]
