"""Whoever leads a municipality reads their own row; nobody writes it from the web."""

from django.db import migrations

from teams.walling import CURRENT_USER


class Migration(migrations.Migration):
    dependencies = [("teams", "0008_municipal_lead")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE teams_municipallead ENABLE ROW LEVEL SECURITY",
                f"CREATE POLICY own ON teams_municipallead TO fordel_app USING (user_id = {CURRENT_USER})",
                "GRANT SELECT ON teams_municipallead TO fordel_app",
            ],
            [
                "REVOKE ALL ON teams_municipallead FROM fordel_app",
                "DROP POLICY own ON teams_municipallead",
                "ALTER TABLE teams_municipallead DISABLE ROW LEVEL SECURITY",
            ],
        )
    ]
