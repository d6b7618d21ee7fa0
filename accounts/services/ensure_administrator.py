"""First administrator of a copy."""

import secrets
from itertools import count
from typing import NamedTuple

from django.db import transaction

from accounts.models import User


class FirstAdministrator(NamedTuple):
    username: str
    password: str


def ensure_administrator() -> FirstAdministrator | None:
    """Create an administrator with a random password; return None if an active one exists."""
    with transaction.atomic():
        if User.objects.filter(is_superuser=True, is_active=True).exists():
            return None
        # An inactive administrator or a student may have the plain name.
        names = ("admin" if number == 1 else f"admin-{number}" for number in count(1))
        username = next(name for name in names if not User.objects.filter(username=name).exists())
        password = secrets.token_urlsafe(12)
        # It is printed, and so stays in a terminal or a log.
        User.objects.create_superuser(
            username=username, email="", password=password, password_change_required=True
        )
    return FirstAdministrator(username, password)
