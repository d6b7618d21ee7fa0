"""Command that fills a database with unused accounts, each with some finished starts.

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

STARTS_PER_ACCOUNT = 3
BATCH = 5000


def enrol(count: int) -> None:
    now = timezone.now()
    for first in range(0, count, BATCH):
        names = [f"absent-{number}" for number in range(first, min(first + BATCH, count))]
        users = User.objects.bulk_create(
            User(
                username=name,
                first_name="علی\u200cرضا",
                last_name=f"مؤمنی {name}",
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
            for _start in range(STARTS_PER_ACCOUNT)
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # autovacuum would do this later


if __name__ == "__main__":
    enrol(int(sys.argv[1]))
