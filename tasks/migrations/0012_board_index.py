from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0011_ids_for_pairs'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='task',
            name='task_worklist',
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['clinic', 'assignee', 'due_on', 'id'], include=('planned_on', 'opens_on', 'planned_minutes', 'hard', 'state', 'escalated'), name='task_worklist'),
        ),
    ]
