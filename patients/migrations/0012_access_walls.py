"""Walls around what was shown, who is blocked and who looked all the same; none of it can be rewritten."""

from django.db import migrations

from patients.walling import BLOCKED, MEANT, unless_blocked
from teams.walling import append_only, same_clinic, wall

# When it ends, and who said so, is all that is ever written of a block afterwards.
ENDING = "GRANT UPDATE (ends_at, ended_by_id) ON patients_block TO fordel_app"
FUNCTIONS = "fordel_blocked(), fordel_blocked_patient(text, text, text, date)"


class Migration(migrations.Migration):
    dependencies = [("patients", "0011_access_and_blocks"), ("teams", "0002_walls")]
    operations = [
        wall("patients_listshown", app="SELECT, INSERT"),
        wall("patients_block", app="SELECT, INSERT", jobs="SELECT"),
        wall("patients_breakglass", app="SELECT, INSERT"),
        wall("patients_accessreview", app="SELECT, INSERT"),
        migrations.RunSQL(ENDING, ""),
        append_only("patients_listshown"),
        append_only("patients_breakglass"),
        append_only("patients_accessreview"),
        same_clinic("patients_listshown", member="teams_member"),
        same_clinic("patients_block", patient="patients_patient", registered_by="teams_member", ended_by="teams_member"),
        same_clinic("patients_breakglass", patient="patients_patient", member="teams_member"),
        same_clinic("patients_accessreview", member="teams_member", by="teams_member"),
        migrations.RunSQL(BLOCKED, "DROP FUNCTION fordel_blocked()"),
        migrations.RunSQL(MEANT, "DROP FUNCTION fordel_blocked_patient(text, text, text, date)"),
        migrations.RunSQL(f"REVOKE ALL ON FUNCTION {FUNCTIONS} FROM PUBLIC", ""),
        migrations.RunSQL(f"GRANT EXECUTE ON FUNCTION {FUNCTIONS} TO fordel_app", ""),
        unless_blocked("patients_patient", key="id"),
        unless_blocked("patients_importchange", may_lack=True),
        unless_blocked(
            "patients_patientidentifier", "patients_condition", "patients_medication", "patients_encounter",
            "patients_discharge", "patients_patientchange", "patients_patientaccess",
            "patients_block", "patients_accessreview",
        ),
    ]
