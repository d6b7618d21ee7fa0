"""PostgreSQL and Redis of the bench, which keep no data afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from jupyter_integration.testing.part import Part

MOST_CONNECTIONS = 400


class ProgramMissing(RuntimeError):
    """A program is missing; the message names the package."""


def redis(folder: Path, port: int, environment: Mapping[str, str]) -> Part:
    """Return a Redis without files: a killed one comes back empty, which must lose no start."""
    if shutil.which("redis-server") is None:
        raise ProgramMissing("There is no redis-server here. On Debian: apt install redis-server")
    return Part(
        "redis",
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""],
        folder=folder,
        log=folder / "redis.log",
        environment=environment,
        answers=lambda: _answers_ping(port),
    )


def postgres(folder: Path, port: int, environment: Mapping[str, str]) -> Part:
    """Return a PostgreSQL; as root it runs as the user postgres, since it refuses root."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    if programs is None:
        raise ProgramMissing("There is no PostgreSQL here. On Debian: apt install postgresql")
    data = folder / "postgres"
    data.mkdir(mode=0o700)
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(data, "postgres", "postgres")
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
    subprocess.run(
        [
            *(*as_postgres, str(programs / "initdb"), "-D", str(data), "--username=portal"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        ],
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
    )
    # A kill loses nothing that was written: it is in the page cache, so fsync can be off.
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": MOST_CONNECTIONS,
    }
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    tied = ["setpriv", "--pdeathsig", "KILL", "--"]  # a change of the user clears pdeathsig
    return Part(
        "postgres",
        [
            *as_postgres,
            *(tied if as_postgres else ()),
            *(str(programs / "postgres"), "-D", str(data), *settings),
        ],
        folder=Path("/"),
        log=folder / "postgres.log",
        environment=environment,
        answers=lambda: _accepts_connections(port),
        stop_signal=signal.SIGINT,  # as the official image does; SIGTERM waits for all clients
    )


def _answers_ping(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _accepts_connections(port: int) -> bool:
    try:
        psycopg.connect(
            host="127.0.0.1", port=port, user="portal", dbname="postgres", connect_timeout=2
        ).close()
    except psycopg.OperationalError:
        return False
    return True
