"""Files are recognised by the worker, which keeps what it must ask; what people have corrected stands."""

from django.db import migrations, models

# What waits for its columns is looked at anew by a worker, which keeps the headings that it asks about.
LOOK_ANEW = "UPDATE patients_importrun SET state = 'waiting' WHERE state = 'mapping'"


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0008_numbers_ahead'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrun',
            name='asked',
            field=models.JSONField(blank=True, default=list, help_text='Headings that are not ours, with the first cells (patients/headings.py). Gone when it has ended.'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='rows_file',
            field=models.CharField(blank=True, help_text='The refused rows to mend, beside the upload.', max_length=255),
        ),
        migrations.AlterField(
            model_name='importchange',
            name='fate',
            field=models.CharField(choices=[('new', 'ny'), ('changed', 'endret'), ('gone', 'ute av listen'), ('kept', 'rettet her')], max_length=8),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='source',
            field=models.CharField(blank=True, choices=[('fhir', 'FHIR R4'), ('csv', 'CSV eller Excel')], help_text='Empty until a worker has seen what the files are.', max_length=8, verbose_name='format'),
        ),
        migrations.RunSQL(LOOK_ANEW, migrations.RunSQL.noop),
    ]
