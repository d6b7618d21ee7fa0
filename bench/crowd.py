"""A second portal beside a running copy: the same people, among very many others.

It has a database of its own on the same PostgreSQL, and a web server and an edge of its own. It has
all else in common with the copy: Redis, so that the same sessions hold, and the program.
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
from bench.parts import Part
from bench.probes import is_ok
from bench.running_copy import REPOSITORY, RunningCopy, web_command
from jupyter_integration.testing.free_ports import free_ports

DATABASE = "crowd"


@contextmanager
def second_portal(copy: RunningCopy, folder: Path, *, accounts: int) -> Iterator[str]:
    """Its edge's address, while it runs. The others have starts behind them, as people have."""
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
