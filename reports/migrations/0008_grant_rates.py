"""A clinic's own rates of the base grant, behind the wall."""

import django.db.models.deletion
from django.db import migrations, models

from teams.walling import same_clinic, wall


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0007_its_walls'),
        ('teams', '0012_access_from_today'),
    ]

    operations = [
        migrations.CreateModel(
            name='GrantRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begins', models.DateField(verbose_name='fra')),
                ('below', models.PositiveIntegerField(verbose_name='til og med 1 000')),
                ('above', models.PositiveIntegerField(verbose_name='over 1 000')),
                ('source', models.CharField(max_length=120, verbose_name='kilde')),
                ('at', models.DateTimeField(verbose_name='skrevet')),
                ('by', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.member')),
                ('clinic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='teams.clinic')),
            ],
            options={
                'verbose_name': 'tilskuddssats',
                'verbose_name_plural': 'tilskuddssatser',
                'ordering': ('begins',),
                'constraints': [models.UniqueConstraint(fields=('clinic', 'begins'), name='one_grant_rate_a_day')],
            },
        ),
        wall("reports_grantrate", app="SELECT, INSERT, UPDATE, DELETE"),
        same_clinic("reports_grantrate", by="teams_member"),
    ]
