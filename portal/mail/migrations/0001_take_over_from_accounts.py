import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table exists already: only Django's state of it moves to this app."""

    initial = True

    dependencies = [("accounts", "0003_outgoing_mail_reply_to")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="OutgoingMail",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("subject", models.TextField()),
                        ("body", models.TextField()),
                        ("html", models.TextField(blank=True)),
                        ("sender", models.TextField()),
                        ("recipients", models.JSONField(default=list)),
                        ("reply_to", models.JSONField(default=list)),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                        ("not_before", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                    ],
                    options={
                        "verbose_name": "outgoing mail",
                        "verbose_name_plural": "outgoing mails",
                        "db_table": "accounts_outgoingmail",
                    },
                ),
            ],
        ),
    ]
