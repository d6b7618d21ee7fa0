from django.db import migrations


class Migration(migrations.Migration):
    """Texts only: names, help texts and labels of choices. The tables do not change."""

    dependencies = [
        ('mail', '0001_take_over_from_accounts'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='outgoingmail',
            options={'verbose_name': 'outgoing email', 'verbose_name_plural': 'outgoing emails'},
        ),
    ]
