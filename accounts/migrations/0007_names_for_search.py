"""Names as search compares them, and one spelling of «ۀ»: what is typed is stored so by now."""

import logging

from django.db import migrations, models
from django.db.models import Q

from portal.persian.text import search_key

logger = logging.getLogger(__name__)

TYPED, STORED = "ه\u0654", "ۀ"
LONGEST = 64  # characters of a username
BATCH = 2000
NAMES = ("first_name", "last_name")


def unite(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    matches = Q(username__contains=TYPED)
    for name in NAMES:
        matches |= Q(**{f"{name}__contains": TYPED})
    for user in User.objects.filter(matches).iterator():
        for name in NAMES:
            setattr(user, name, getattr(user, name).replace(TYPED, STORED))
        user.username = _free_username(User, user)
        user.save(update_fields=[*NAMES, "username"])


def _free_username(User, user):
    """Return the new spelling, numbered if another account has it. Sign-up refused the old one."""
    wanted = user.username.replace(TYPED, STORED)
    name, number = wanted, 1
    while User.objects.filter(username=name).exclude(pk=user.pk).exists():
        number += 1
        end = f"-{number}"
        name = wanted[: LONGEST - len(end)] + end
    if name != wanted:
        logger.warning("Account %s is now %s: another account is %s", user.pk, name, wanted)
    return name


def fill(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    batch = []
    for user in User.objects.only("username", *NAMES).iterator(chunk_size=BATCH):
        user.names_for_search = search_key(f"{user.username} {user.first_name} {user.last_name}")
        batch.append(user)
        if len(batch) == BATCH:
            User.objects.bulk_update(batch, ["names_for_search"])
            batch.clear()
    User.objects.bulk_update(batch, ["names_for_search"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_session_generation")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="names_for_search",
            field=models.TextField(
                db_default="",
                default="",
                editable=False,
                help_text=(
                    "search_key of the names. Folding them in each search takes ten times as long."
                ),
            ),
        ),
        migrations.RunPython(unite, migrations.RunPython.noop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
