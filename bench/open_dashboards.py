"""Command that makes people with an open dashboard, some of them with a start that never ends.

It prints one line of JSON for each person. Their users exist only in the portal's rows: this
measurement does not call the Hub.

Usage, with the settings of a running copy:
    python -m bench.open_dashboards 2000 100
"""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import asdict
from datetime import timedelta

import django

django.setup()  # before anything that has models

from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.sign_in import with_session  # noqa: E402
from bench.signed_in import SignedIn  # noqa: E402
from jupyter_integration.hub.resources import STOPPED_SERVER  # noqa: E402
from jupyter_integration.models import SpawnRequest  # noqa: E402
from jupyter_integration.status import snapshots  # noqa: E402


def open_dashboards(count: int, starting: int) -> list[SignedIn]:
    """Return `count` people; the first `starting` of them have a start in progress."""
    now = timezone.now()
    names = [f"watcher-{number}" for number in range(count)]
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
    for user in users:
        snapshots.record(user.pk, STOPPED_SERVER, as_of=now)
    SpawnRequest.objects.bulk_create(
        SpawnRequest(
            user=user,
            state=SpawnRequest.State.STARTING,
            # As if a worker followed it, so that no worker claims it.
            lease_id=uuid.uuid4(),
            lease_expires_at=now + timedelta(hours=1),
        )
        for user in users[:starting]
    )
    return [with_session(user) for user in users]


if __name__ == "__main__":
    for person in open_dashboards(int(sys.argv[1]), int(sys.argv[2])):
        print(json.dumps(asdict(person)))
