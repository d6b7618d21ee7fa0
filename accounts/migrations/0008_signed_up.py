"""Column `signed_up`; `User.email` and allauth's primary address become one fact."""

from django.db import migrations, models

from portal.persian.text import fold_name


def settle(apps, schema_editor) -> None:
    """Only sign-up made a primary address. Every other address was entered by staff."""
    users = apps.get_model("accounts", "User").objects
    addresses = apps.get_model("account", "EmailAddress").objects
    users.filter(emailaddress__primary=True).update(signed_up=True)
    for user in users.exclude(email="").iterator():
        main = addresses.filter(user=user, primary=True).first()
        if main is not None and main.email == user.email:
            continue
        # Staff changed it, or made the account: the former addresses were meant to go.
        addresses.filter(user=user).delete()
        taken = addresses.filter(email=user.email, verified=True).exists()
        addresses.create(user=user, email=user.email, primary=True, verified=not taken)
    for user in users.exclude(first_name="", last_name="").iterator():
        names = fold_name(user.first_name)[:150], fold_name(user.last_name)[:150]
        if names != (user.first_name, user.last_name):
            users.filter(pk=user.pk).update(first_name=names[0], last_name=names[1])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_names_for_search"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="signed_up",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Made by its owner at sign-up. Staff vouch for all other accounts.",
            ),
        ),
        migrations.RunPython(settle, migrations.RunPython.noop, elidable=True),
    ]
