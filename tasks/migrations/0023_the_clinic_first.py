"""The clinic first in what a closing reads: a batch of clinics reads its own weeks and nobody else's."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('patients', '0012_access_walls'),
        ('tasks', '0022_unless_blocked'),
        ('teams', '0012_access_from_today'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='task',
            name='task_opened',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='task_worklist',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='task_ended',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='task_from_hospital',
        ),
        migrations.RemoveIndex(
            model_name='task',
            name='task_due',
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['clinic', 'assignee', 'due_on', 'id'], include=('planned_on', 'opens_on', 'planned_minutes', 'hard', 'state', 'escalated', 'kind', 'part', 'origin', 'opened_at'), name='task_worklist'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['clinic', 'ended_at'], include=('state', 'kind', 'origin', 'done_by', 'minutes', 'planned_minutes', 'logged', 'part', 'patient', 'plan_step'), name='task_ended'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('ended_at__isnull', False), ('origin', 'hospital')), fields=['clinic', 'ended_at'], include=('state', 'kind', 'done_by', 'minutes', 'sender'), name='task_from_hospital'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['clinic', 'opened_at'], include=('kind', 'origin'), name='task_opened'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['clinic', 'due_on'], include=('ended_at', 'opened_at', 'kind', 'origin', 'state', 'hard', 'plan_step'), name='task_due'),
        ),
    ]
