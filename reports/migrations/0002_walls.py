"""Row-level security for the reports. Jobs write them; the application only reads."""

from django.db import migrations

from teams.walling import same_clinic, wall

LINES = ["reports_capacityline", "reports_workline", "reports_movableline", "reports_reportchart"]


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("tasks", "0002_walls")]
    operations = [
        wall("reports_weeklyreport", app="SELECT", jobs="SELECT, INSERT"),
        *(wall(table, app="SELECT", jobs="SELECT, INSERT") for table in LINES),
        *(same_clinic(table, report="reports_weeklyreport") for table in LINES),
    ]
