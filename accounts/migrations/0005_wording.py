from django.db import migrations, models


class Migration(migrations.Migration):
    """Texts only: names, help texts and labels of choices. The tables do not change."""

    dependencies = [
        ('accounts', '0004_mail_moves_to_portal'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='hub_user_created_at',
            field=models.DateTimeField(editable=False, help_text='When this account was linked to the Hub user of this name; empty until then.', null=True, verbose_name='created on the Hub at'),
        ),
    ]
