from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_password_change_required")]

    operations = [
        # True for the accounts of before: which of them adopted a Hub user was not recorded.
        migrations.AddField(
            model_name="user",
            name="hub_user_may_be_older",
            field=models.BooleanField(
                db_default=True,
                default=True,
                editable=False,
                help_text="The Hub may have had this user, with files, before the account.",
            ),
        ),
        migrations.AlterField(
            model_name="user",
            name="hub_user_may_be_older",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="The Hub may have had this user, with files, before the account.",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="first_steps_dismissed",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="The dashboard shows its owner no first steps any more.",
            ),
        ),
    ]
