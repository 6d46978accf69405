"""The Monday e-mail is written in bokmål, nynorsk or English."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0008_grant_rates'),
    ]

    operations = [
        migrations.AddField(
            model_name='recipient',
            name='language',
            field=models.CharField(choices=[('nb', 'bokmål'), ('nn', 'nynorsk'), ('en', 'English')], default='nb', max_length=2, verbose_name='språk'),
        ),
    ]
