"""An import is looked through before it is taken in; how a clinic's system names its columns is remembered."""

import django.db.models.deletion
from django.db import migrations, models

from teams.walling import same_clinic, wall

# What was asked for before there were previews was asked to be taken in.
CONFIRMED = """
    UPDATE patients_importrun SET confirmed_at = started_at, confirmed_by_id = started_by_id
     WHERE state IN ('waiting', 'running', 'done')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0006_one_list'),
        ('teams', '0006_absence_registered'),
    ]

    operations = [
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('headings', models.CharField(help_text='A digest (patients/headings.py).', max_length=64)),
                ('mapping', models.JSONField(default=dict)),
                ('at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='ImportChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fate', models.CharField(choices=[('new', 'ny'), ('changed', 'endret'), ('gone', 'ute av listen')], max_length=8)),
                ('file_name', models.CharField(blank=True, db_default='', max_length=200)),
                ('row', models.PositiveIntegerField(blank=True, help_text='Null for one the file lacks.', null=True)),
                ('what', models.CharField(blank=True, db_default='', max_length=300, verbose_name='hva')),
            ],
        ),
        migrations.AddField(
            model_name='importrun',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, help_text='Before this, an import only makes a preview.', null=True, verbose_name='bekreftet'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='confirmed_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.member', verbose_name='bekreftet av'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='expires_at',
            field=models.DateTimeField(blank=True, help_text='When the upload and what the preview told are removed, if nobody does before.', null=True, verbose_name='slettes'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='mapping',
            field=models.JSONField(blank=True, default=dict, help_text="The file's headings → our columns; empty: the headings are ours."),
        ),
        migrations.AddField(
            model_name='importrun',
            name='preview',
            field=models.JSONField(blank=True, default=dict, help_text='`counts` as the preview told them to whoever confirmed.'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='take_off',
            field=models.BooleanField(default=False, help_text='Confirmed: whoever the file lacks is taken off the list. Only of a whole list.', verbose_name='sett ut av listen'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='whole_list',
            field=models.BooleanField(default=False, help_text='De som ikke står i filen, er ute av listen.', verbose_name='hele listen'),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='attempts',
            field=models.PositiveSmallIntegerField(default=0, help_text='How often a worker has begun on it since it was asked for or confirmed.'),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='finished_at',
            field=models.DateTimeField(blank=True, help_text='When the last preview, or the import, was at its end.', null=True, verbose_name='ferdig'),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='source',
            field=models.CharField(choices=[('fhir', 'FHIR R4'), ('csv', 'CSV eller Excel')], max_length=8, verbose_name='format'),
        ),
        migrations.AlterField(
            model_name='importrun',
            name='state',
            field=models.CharField(choices=[('mapping', 'mangler kolonner'), ('waiting', 'venter'), ('running', 'pågår'), ('ready', 'klar til gjennomsyn'), ('done', 'ferdig'), ('refused', 'avvist'), ('failed', 'feilet'), ('discarded', 'forkastet'), ('expired', 'utløpt')], default='waiting', max_length=12, verbose_name='status'),
        ),
        migrations.RunSQL(CONFIRMED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('confirmed_at__isnull', False), _connector='OR'), name='importrun_done_was_confirmed'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by__isnull', True), ('confirmed_at__isnull', False), _connector='OR'), name='importrun_confirmed_by_at'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('take_off', False), ('whole_list', True), _connector='OR'), name='importrun_takes_off_by_whole_list'),
        ),
        migrations.AddField(
            model_name='columnmapping',
            name='by',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.member'),
        ),
        migrations.AddField(
            model_name='columnmapping',
            name='clinic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.clinic'),
        ),
        migrations.AddField(
            model_name='importchange',
            name='clinic',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.clinic'),
        ),
        migrations.AddField(
            model_name='importchange',
            name='patient',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Null for one who is new.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='patients.patient'),
        ),
        migrations.AddField(
            model_name='importchange',
            name='run',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='patients.importrun'),
        ),
        migrations.AddConstraint(
            model_name='columnmapping',
            constraint=models.UniqueConstraint(fields=('clinic', 'headings'), name='mapping_once_per_headings'),
        ),
        migrations.AddIndex(
            model_name='importchange',
            index=models.Index(fields=['run', 'fate', 'file_name', 'row'], name='importchange_by_fate'),
        ),
        wall("patients_importchange", app="SELECT, INSERT, DELETE"),
        wall("patients_columnmapping", app="SELECT, INSERT, UPDATE"),
        same_clinic("patients_importrun", confirmed_by="teams_member"),
        same_clinic("patients_importchange", run="patients_importrun", patient="patients_patient"),
        same_clinic("patients_columnmapping", by="teams_member"),
    ]
