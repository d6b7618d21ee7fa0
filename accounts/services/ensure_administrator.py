"""The first person who may enter the admin."""

import secrets
from typing import NamedTuple

from django.db import transaction

from accounts.models import User


class FirstAdministrator(NamedTuple):
    username: str
    password: str


def ensure_administrator(*, username: str = "admin") -> FirstAdministrator | None:
    """Make an administrator with a random password if there is none; None when there is."""
    with transaction.atomic():
        if User.objects.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(username=username, email="", password=password)
    return FirstAdministrator(username, password)
