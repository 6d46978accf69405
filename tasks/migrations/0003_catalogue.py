"""The task catalogue (DOMAIN §5.3) as rows, from tasks/data/kinds.csv."""

from django.db import migrations

from tasks.catalogue import kinds


def load(apps, schema_editor):
    kind_model = apps.get_model("tasks", "TaskKind")
    # What the table has at this point; columns that came later are filled when they come.
    known = {field.name for field in kind_model._meta.get_fields()}
    for full in kinds():
        row = {name: value for name, value in full.items() if name in known}
        kind_model.objects.update_or_create(slug=row["slug"], defaults=row)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_walls")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
