"""Command that prints the seconds of searches in the admin's lists, as JSON.

Usage, with the settings of a running copy:
    python -m bench.time_searches
"""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402

LISTS = {
    "search of accounts": reverse("admin:accounts_user_changelist"),
    "search of starts": reverse("admin:jupyter_integration_spawnrequest_changelist"),
}
# Found in few rows, in all, in none, and of two words.
TERMS = ("absent-۷۷۷۷۷", "مومنی", "nobody", "علیرضا absent-99999")
ROUNDS = 5


def time_searches() -> dict[str, list[list[float]]]:
    """Return for each list and each term the seconds of each round."""
    client = Client(headers={"host": urlsplit(settings.PORTAL_URL).netloc})
    client.force_login(User.objects.filter(is_superuser=True).earliest("pk"))
    return {name: [_time(client, path, term) for term in TERMS] for name, path in LISTS.items()}


def _time(client: Client, path: str, term: str) -> list[float]:
    seconds = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        response = client.get(path, {"q": term})
        seconds.append(time.perf_counter() - began)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}.")
    return seconds


if __name__ == "__main__":
    print(json.dumps(time_searches()))
