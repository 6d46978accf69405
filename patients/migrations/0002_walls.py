"""Row-level security for the patients' tables; what was seen of whom can never be rewritten."""

from django.db import migrations

from teams.walling import append_only, same_clinic, wall

ROWS = "SELECT, INSERT, UPDATE"


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial"), ("teams", "0002_walls")]
    operations = [
        wall("patients_patient", app=ROWS, jobs="SELECT"),
        wall("patients_patientidentifier", app=ROWS),
        wall("patients_condition", app=ROWS, jobs="SELECT"),
        wall("patients_medication", app=ROWS, jobs="SELECT"),
        wall("patients_encounter", app=ROWS, jobs="SELECT"),
        wall("patients_importrun", app=ROWS, jobs="SELECT"),
        wall("patients_importproblem", app="SELECT, INSERT, DELETE"),
        wall("patients_patientaccess", app="SELECT, INSERT"),
        append_only("patients_patientaccess"),
        same_clinic("patients_patient", list_doctor="teams_member", usual_nurse="teams_member"),
        same_clinic("patients_patientidentifier", patient="patients_patient"),
        same_clinic("patients_condition", patient="patients_patient"),
        same_clinic("patients_medication", patient="patients_patient"),
        same_clinic("patients_encounter", patient="patients_patient"),
        same_clinic("patients_importrun", started_by="teams_member"),
        same_clinic("patients_importproblem", run="patients_importrun"),
        same_clinic("patients_patientaccess", patient="patients_patient", member="teams_member"),
    ]
