from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_deletion_requested_at")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_change_required",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Somebody else set the password; its owner has to choose another first.",
            ),
        ),
    ]
