import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Texts only: names, help texts and labels of choices. The tables do not change."""

    dependencies = [
        ('jupyter_integration', '0006_help_request'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='hubevent',
            options={'ordering': ('-received_at',), 'verbose_name': 'JupyterHub event', 'verbose_name_plural': 'JupyterHub events'},
        ),
        migrations.AlterModelOptions(
            name='hubrevocation',
            options={'verbose_name': 'access revocation', 'verbose_name_plural': 'access revocations'},
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='requested at'),
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='failure_code',
            field=models.CharField(blank=True, choices=[('account_inactive', 'Account inactive'), ('hub_away', 'JupyterHub unreachable'), ('hub_busy', 'JupyterHub busy'), ('hub_full', 'JupyterHub at capacity'), ('hub_broken_answer', 'Unexpected answer from JupyterHub'), ('token_refused', "Portal's token rejected"), ('scope_missing', "Portal's token lacks a permission"), ('hub_refused', 'Refused by JupyterHub'), ('hub_user_not_made', 'JupyterHub user not created'), ('refused_by_hook', 'Refused by a JupyterHub rule'), ('ended_from_outside', 'Stopped from outside'), ('image_missing', 'Image missing'), ('image_unusable', 'Image unusable'), ('docker_away', 'Docker unreachable'), ('docker_refused', 'Refused by Docker'), ('network_trouble', 'Network problem'), ('container_left_over', 'Old container not removed'), ('volume_trouble', 'Volume problem'), ('no_space', 'No disk space'), ('home_full', "User's storage full"), ('no_memory', 'Not enough memory'), ('host_exhausted', 'Host at capacity'), ('start_timeout', 'Start took too long'), ('process_exited', 'Server stopped right after its start'), ('lab_silent', 'JupyterLab not responding'), ('unknown', 'Unknown')], max_length=32, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='hub_words',
            field=models.TextField(blank=True, verbose_name='message from JupyterHub'),
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='server_state',
            field=models.CharField(choices=[('stopped', 'Stopped'), ('queued', 'Queued'), ('starting', 'Starting'), ('ready', 'Ready'), ('stopping', 'Stopping'), ('failed', 'Failed'), ('unknown', 'Unknown')], max_length=16, verbose_name='server state'),
        ),
        migrations.AlterField(
            model_name='helprequest',
            name='words',
            field=models.TextField(blank=True, max_length=2000, verbose_name='what the user wrote'),
        ),
        migrations.AlterField(
            model_name='hubevent',
            name='exit_status',
            field=models.PositiveSmallIntegerField(help_text="Exit status of the server's process: 128 + N for signal N.", null=True, verbose_name='exit status'),
        ),
        migrations.AlterField(
            model_name='hubevent',
            name='kind',
            field=models.CharField(choices=[('server.started', 'Server started'), ('server.start_failed', 'Start failed'), ('server.stopped', 'Server stopped on request'), ('server.ended_with_hub', 'Server stopped with JupyterHub'), ('server.exited', 'Server process stopped by itself')], max_length=64, verbose_name='event'),
        ),
        migrations.AlterField(
            model_name='hubevent',
            name='last_activity',
            field=models.DateTimeField(null=True, verbose_name='last activity at'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='cancel_requested_at',
            field=models.DateTimeField(null=True, verbose_name='cancel requested at'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='requested at'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='failure_code',
            field=models.CharField(blank=True, choices=[('account_inactive', 'Account inactive'), ('hub_away', 'JupyterHub unreachable'), ('hub_busy', 'JupyterHub busy'), ('hub_full', 'JupyterHub at capacity'), ('hub_broken_answer', 'Unexpected answer from JupyterHub'), ('token_refused', "Portal's token rejected"), ('scope_missing', "Portal's token lacks a permission"), ('hub_refused', 'Refused by JupyterHub'), ('hub_user_not_made', 'JupyterHub user not created'), ('refused_by_hook', 'Refused by a JupyterHub rule'), ('ended_from_outside', 'Stopped from outside'), ('image_missing', 'Image missing'), ('image_unusable', 'Image unusable'), ('docker_away', 'Docker unreachable'), ('docker_refused', 'Refused by Docker'), ('network_trouble', 'Network problem'), ('container_left_over', 'Old container not removed'), ('volume_trouble', 'Volume problem'), ('no_space', 'No disk space'), ('home_full', "User's storage full"), ('no_memory', 'Not enough memory'), ('host_exhausted', 'Host at capacity'), ('start_timeout', 'Start took too long'), ('process_exited', 'Server stopped right after its start'), ('lab_silent', 'JupyterLab not responding'), ('unknown', 'Unknown')], max_length=32, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='message',
            field=models.TextField(blank=True, help_text="The Hub's last message, unchanged.", verbose_name='last message'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='posted_at',
            field=models.DateTimeField(help_text='When the start was first sent to the Hub.', null=True, verbose_name='sent to the Hub at'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='slot',
            field=models.PositiveSmallIntegerField(editable=False, help_text='The number of the slot that it holds.', null=True, unique=True, verbose_name='slot'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='taken_up_at',
            field=models.DateTimeField(editable=False, help_text='When it first left the queue.', null=True, verbose_name='left the queue at'),
        ),
        migrations.AlterField(
            model_name='stoprequest',
            name='created_at',
            field=models.DateTimeField(auto_now_add=True, verbose_name='requested at'),
        ),
        migrations.AlterField(
            model_name='stoprequest',
            name='requested_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by'),
        ),
        migrations.AlterField(
            model_name='stoprequest',
            name='stopped',
            field=models.BooleanField(default=False, help_text='Whether the Hub showed the server as stopped.', verbose_name='stopped'),
        ),
    ]
