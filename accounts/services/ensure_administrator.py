"""The first person who may enter the admin."""

import secrets
from itertools import count
from typing import NamedTuple

from django.db import transaction

from accounts.models import User


class FirstAdministrator(NamedTuple):
    username: str
    password: str


def ensure_administrator() -> FirstAdministrator | None:
    """Make an administrator with a random password if nobody can enter; None when somebody can."""
    with transaction.atomic():
        if User.objects.filter(is_superuser=True, is_active=True).exists():
            return None
        # A former administrator may have the plain name still.
        names = ("admin" if number == 1 else f"admin-{number}" for number in count(1))
        username = next(name for name in names if not User.objects.filter(username=name).exists())
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(username=username, email="", password=password)
    return FirstAdministrator(username, password)
