"""Command that prints the number of database queries of one person's dashboard.

Usage, with the settings of a running copy:
    python -m bench.count_queries SESSION
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402


def count_queries(session: str) -> int:
    client = Client(headers={"host": urlsplit(settings.PORTAL_URL).netloc})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    client.get("/dashboard/")  # fills caches that later requests share
    queries: list[str] = []

    def record(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        queries.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(record):
        response = client.get("/dashboard/")
    if response.status_code != 200:
        raise SystemExit(f"The dashboard answered {response.status_code}.")
    return len(queries)


if __name__ == "__main__":
    print(count_queries(sys.argv[1]))
