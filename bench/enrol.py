"""Fills a database with accounts that nobody signs in to, each with some starts behind it.

Usage, with the settings of a running copy:
    python -m bench.enrol 100000
"""

from __future__ import annotations

import sys

import django

django.setup()  # before anything that has models

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from jupyter_integration.models import SpawnRequest  # noqa: E402

STARTS_OF_EACH = 3
BATCH = 5000


def enrol(count: int) -> None:
    now = timezone.now()
    for first in range(0, count, BATCH):
        names = [f"absent-{number}" for number in range(first, min(first + BATCH, count))]
        users = User.objects.bulk_create(
            User(
                username=name,
                email=f"{name}@example.ir",
                hub_username=name,
                hub_user_created_at=now,
                password="!",  # nobody's
            )
            for name in names
        )
        SpawnRequest.objects.bulk_create(
            SpawnRequest(user=user, state=SpawnRequest.State.READY, finished_at=now)
            for user in users
            for _start in range(STARTS_OF_EACH)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as PostgreSQL does by itself, sooner or later


if __name__ == "__main__":
    enrol(int(sys.argv[1]))
