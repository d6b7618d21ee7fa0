from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jupyter_integration', '0011_failures_of_pods'),
    ]

    operations = [
        migrations.AddField(
            model_name='hubevent',
            name='message',
            field=models.CharField(blank=True, db_default='', max_length=255, verbose_name='message of Kubernetes'),
        ),
        migrations.AddField(
            model_name='hubevent',
            name='reason',
            field=models.CharField(blank=True, db_default='', help_text='As Kubernetes names it.', max_length=64, verbose_name='reason'),
        ),
    ]
