"""An import numbers its new patients before it writes them, so that what is told of them needs no second look."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patients", "0007_previews")]
    operations = [
        migrations.RunSQL(
            "GRANT USAGE ON SEQUENCE patients_patient_id_seq TO fordel_app",
            "REVOKE USAGE ON SEQUENCE patients_patient_id_seq FROM fordel_app",
        )
    ]
