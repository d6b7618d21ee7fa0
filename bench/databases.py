"""A PostgreSQL and a Redis of the bench's own, with nothing of theirs kept afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from bench.parts import Part

MOST_CONNECTIONS = 400


class ProgramMissing(RuntimeError):
    """Says what to install."""


def redis(folder: Path, port: int, environment: Mapping[str, str]) -> Part:
    """Without any file: after its death all that it knew is gone, which must lose nothing."""
    if shutil.which("redis-server") is None:
        raise ProgramMissing("There is no redis-server here. On Debian: apt install redis-server")
    return Part(
        "redis",
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--save", ""],
        folder=folder,
        log=folder / "redis.log",
        environment=environment,
        answers=lambda: _pongs(port),
    )


def postgres(folder: Path, port: int, environment: Mapping[str, str]) -> Part:
    """As its own user where we are root: it refuses to run as root."""
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
    # What it wrote before a kill is in the system's own memory: it need not wait for the disk.
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": MOST_CONNECTIONS,
    }
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    tied = ["setpriv", "--pdeathsig", "KILL", "--"]  # changing the user undoes the first tie
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
        answers=lambda: _takes_queries(port),
        stop_signal=signal.SIGINT,  # as its container image has it: SIGTERM waits for all clients
    )


def _pongs(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _takes_queries(port: int) -> bool:
    try:
        psycopg.connect(
            host="127.0.0.1", port=port, user="portal", dbname="postgres", connect_timeout=2
        ).close()
    except psycopg.OperationalError:
        return False
    return True
