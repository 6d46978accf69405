"""Since when an absence was known, which setting it right does not change."""

from django.db import migrations, models
from django.db.models import F


def as_written(apps, schema_editor):
    apps.get_model("teams", "Absence").objects.update(registered_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [("teams", "0005_capacity_without")]
    operations = [
        migrations.AlterField(
            "absence", "at", models.DateTimeField(null=True, verbose_name="sist endret")
        ),
        migrations.AddField(
            "absence", "registered_at", models.DateTimeField(null=True, verbose_name="registrert")
        ),
        migrations.RunPython(as_written, migrations.RunPython.noop),
    ]
