"""Command that makes signed-in people and prints one line of JSON for each.

Usage, with the settings of a running copy:
    python -m bench.sign_in 300
"""

from __future__ import annotations

import json
import secrets
import string
import sys
import time
from dataclasses import asdict

import django

django.setup()  # before anything that has models

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.signed_in import SignedIn  # noqa: E402
from portal.sessions import SessionStore  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CSRF_LENGTH = 32  # what Django's middleware accepts
HUB_USERS_TIMEOUT_SECONDS = 180.0
HUB_USERS_POLL_SECONDS = 0.2


def sign_in(count: int) -> list[SignedIn]:
    """Make accounts, and wait until the portal's workers have made their users on the Hub."""
    first = User.objects.count()
    users = [User.objects.create_user(f"student{first + number}") for number in range(count)]
    deadline = time.monotonic() + HUB_USERS_TIMEOUT_SECONDS
    while User.objects.filter(hub_user_created_at__isnull=True, is_superuser=False).exists():
        if time.monotonic() > deadline:
            raise TimeoutError("The workers did not make all users on the Hub.")
        time.sleep(HUB_USERS_POLL_SECONDS)
    return [with_session(user) for user in users]


def with_session(user: User) -> SignedIn:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    letters = string.ascii_letters + string.digits
    return SignedIn(
        user_id=user.pk,
        hub_username=user.hub_username,
        session=str(session.session_key),
        csrf="".join(secrets.choice(letters) for _ in range(CSRF_LENGTH)),
    )


if __name__ == "__main__":
    for person in sign_in(int(sys.argv[1])):
        print(json.dumps(asdict(person)))
