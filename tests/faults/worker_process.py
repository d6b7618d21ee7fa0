"""Worker in a process of its own, on the database of a test."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests.running_system import REPOSITORY

WORK = "from jupyter_integration.tasks import process_spawn_queue; process_spawn_queue()"


def start_worker() -> subprocess.Popen[bytes]:
    """Start a worker of the queue, with the test's Hub and the default timeouts."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", WORK],
        cwd=REPOSITORY,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": _database_url(),
            "JUPYTERHUB_API_URL": settings.JUPYTERHUB_API_URL,
            "JUPYTERHUB_API_TOKEN": settings.JUPYTERHUB_API_TOKEN,
            "HUB_PROXY_URL": settings.HUB_PROXY_URL,
        },
    )


def _database_url() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    credentials = quote(database["USER"])
    if database["PASSWORD"]:
        credentials += f":{quote(database['PASSWORD'])}"
    return f"postgres://{credentials}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
