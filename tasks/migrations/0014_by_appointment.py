"""Which kinds go by the appointment book, from the catalogue's file."""

from django.db import migrations, models

from tasks.catalogue import kinds


def by_appointment(apps, schema_editor):
    slugs = [row["slug"] for row in kinds() if row["by_appointment"]]
    apps.get_model("tasks", "TaskKind").objects.filter(slug__in=slugs).update(by_appointment=True)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0013_written_once")]
    operations = [
        migrations.AddField(
            "taskkind",
            "by_appointment",
            models.BooleanField(
                default=False,
                help_text="Det som føres i ettertid, tar ikke av tiden til oppgaver.",
                verbose_name="går på timeboken",
            ),
        ),
        migrations.RunPython(by_appointment, migrations.RunPython.noop),
    ]
