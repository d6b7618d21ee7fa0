"""Prints how many database queries one person's dashboard takes, as Django sends them.

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
    client.get("/dashboard/")  # what is measured once for all is measured
    queries: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        queries.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        answer = client.get("/dashboard/")
    if answer.status_code != 200:
        raise SystemExit(f"The dashboard answered {answer.status_code}.")
    return len(queries)


if __name__ == "__main__":
    print(count_queries(sys.argv[1]))
