"""Row-level security for scenarios: the application makes and works them out, the jobs only look for those left over."""

from django.db import migrations

from teams.walling import same_clinic, wall


class Migration(migrations.Migration):
    dependencies = [("scenarios", "0001_initial"), ("teams", "0002_walls")]
    operations = [
        wall("scenarios_scenario", app="SELECT, INSERT, UPDATE, DELETE", jobs="SELECT"),
        same_clinic("scenarios_scenario", by="teams_member"),
    ]
