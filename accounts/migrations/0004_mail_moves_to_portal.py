from django.db import migrations


class Migration(migrations.Migration):
    """The table stays: `portal.mail` owns it from here on."""

    dependencies = [
        ("accounts", "0003_outgoing_mail_reply_to"),
        ("mail", "0001_take_over_from_accounts"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="OutgoingMail")],
        ),
    ]
