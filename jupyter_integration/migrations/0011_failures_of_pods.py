from django.db import migrations, models


class Migration(migrations.Migration):
    """Labels of choices only. The tables do not change."""

    dependencies = [
        ('jupyter_integration', '0010_staff_sign_out'),
    ]

    operations = [
        migrations.AlterField(
            model_name='helprequest',
            name='failure_code',
            field=models.CharField(blank=True, choices=[('account_inactive', 'Account inactive'), ('hub_away', 'JupyterHub unreachable'), ('hub_busy', 'JupyterHub busy'), ('hub_full', 'JupyterHub at capacity'), ('hub_broken_answer', 'Unexpected answer from JupyterHub'), ('token_refused', "Portal's token rejected"), ('scope_missing', "Portal's token lacks a permission"), ('hub_refused', 'Refused by JupyterHub'), ('hub_user_not_made', 'JupyterHub user not created'), ('refused_by_hook', 'Refused by a JupyterHub rule'), ('ended_from_outside', 'Stopped from outside'), ('image_missing', 'Image missing'), ('image_unusable', 'Image unusable'), ('docker_away', 'Docker unreachable'), ('docker_refused', 'Refused by Docker'), ('kubernetes_away', 'Kubernetes unreachable'), ('kubernetes_refused', 'Refused by Kubernetes'), ('cluster_full', 'Cluster at capacity'), ('no_node', 'No suitable node'), ('quota_reached', 'Quota of Kubernetes reached'), ('pod_evicted', 'Evicted from its node'), ('node_lost', 'Node lost'), ('network_trouble', 'Network problem'), ('container_left_over', 'Old container not removed'), ('volume_trouble', 'Volume problem'), ('no_space', 'No disk space'), ('home_full', "User's storage full"), ('no_memory', 'Not enough memory'), ('host_exhausted', 'Host at capacity'), ('start_timeout', 'Start took too long'), ('process_exited', 'Server stopped right after its start'), ('lab_silent', 'JupyterLab not responding'), ('unknown', 'Unknown')], max_length=32, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='spawnrequest',
            name='failure_code',
            field=models.CharField(blank=True, choices=[('account_inactive', 'Account inactive'), ('hub_away', 'JupyterHub unreachable'), ('hub_busy', 'JupyterHub busy'), ('hub_full', 'JupyterHub at capacity'), ('hub_broken_answer', 'Unexpected answer from JupyterHub'), ('token_refused', "Portal's token rejected"), ('scope_missing', "Portal's token lacks a permission"), ('hub_refused', 'Refused by JupyterHub'), ('hub_user_not_made', 'JupyterHub user not created'), ('refused_by_hook', 'Refused by a JupyterHub rule'), ('ended_from_outside', 'Stopped from outside'), ('image_missing', 'Image missing'), ('image_unusable', 'Image unusable'), ('docker_away', 'Docker unreachable'), ('docker_refused', 'Refused by Docker'), ('kubernetes_away', 'Kubernetes unreachable'), ('kubernetes_refused', 'Refused by Kubernetes'), ('cluster_full', 'Cluster at capacity'), ('no_node', 'No suitable node'), ('quota_reached', 'Quota of Kubernetes reached'), ('pod_evicted', 'Evicted from its node'), ('node_lost', 'Node lost'), ('network_trouble', 'Network problem'), ('container_left_over', 'Old container not removed'), ('volume_trouble', 'Volume problem'), ('no_space', 'No disk space'), ('home_full', "User's storage full"), ('no_memory', 'Not enough memory'), ('host_exhausted', 'Host at capacity'), ('start_timeout', 'Start took too long'), ('process_exited', 'Server stopped right after its start'), ('lab_silent', 'JupyterLab not responding'), ('unknown', 'Unknown')], max_length=32, verbose_name='reason'),
        ),
    ]
