"""Second portal beside a running copy: the same people among very many other accounts.

It has its own database on the same PostgreSQL, its own web server and its own edge. It shares the
rest with the copy: the program, and Redis, so that the same sessions are valid.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.edge import EdgePorts
from bench.running_copy import REPOSITORY, RunningCopy, web_command
from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.part import Part
from jupyter_integration.testing.probes import is_ok

DATABASE = "crowd"


@contextmanager
def second_portal(copy: RunningCopy, folder: Path, *, accounts: int) -> Iterator[str]:
    """Run the second portal and yield the address of its edge. The other accounts have starts."""
    folder.mkdir()
    (port,) = free_ports(1)
    edge_ports = EdgePorts.free()
    address = urlsplit(copy.database_url)
    environment = copy.environment | {
        "DATABASE_URL": address._replace(path=f"/{DATABASE}").geturl(),
        "PORTAL_URL": edge_ports.portal_url,
    }
    with psycopg.connect(copy.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    people = folder / "people.json"
    people.write_text(copy.manage("dumpdata", "accounts.user", "jupyter_integration.spawnrequest"))
    for arguments in (
        ["manage.py", "migrate", "--verbosity=0"],
        ["manage.py", "loaddata", "--verbosity=0", str(people)],
        ["-m", "bench.enrol", str(accounts)],
    ):
        subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, env=environment, check=True)
    web = Part(
        "crowded-web",
        web_command(port),
        folder=REPOSITORY,
        log=folder / "web.log",
        environment=environment,
        answers=lambda: is_ok(f"http://127.0.0.1:{port}/health"),
    )
    edge = copy.edge_to(port, "crowded-edge", folder, edge_ports)
    try:
        web.start()
        edge.start()
        yield edge_ports.portal_url
    finally:
        edge.end()
        web.end()
