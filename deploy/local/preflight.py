"""Checks before a copy starts: ports, paths and the account."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Iterator

from deploy.local.trial import Trial

# Linux allows 107 bytes; supervisord first binds a longer path, which ends with its pid.
MAX_SOCKET_PATH_BYTES = 107 - len(".1234567")

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def problems(trial: Trial) -> Iterator[str]:
    """Yield one line for each problem, with the setting to change."""
    if reason := _cannot_listen(trial.portal_port):
        yield f"Port {trial.portal_port} {reason}. Set PORTAL_PORT to a free one."
    for port in trial.hub_ports:
        if reason := _cannot_listen(port):
            used = f"now {trial.hub_ports[0]} to {trial.hub_ports[-1]}"
            yield f"Port {port} {reason}. Set HUB_PORT to the first of three free ones ({used})."
    if len(os.fsencode(trial.supervisor_socket)) > MAX_SOCKET_PATH_BYTES:
        yield f"{trial.var} is too long for a socket's path. Set SHAPARAK_VAR to a shorter one."


def warnings() -> Iterator[str]:
    """Yield one line for each risk that does not prevent the start."""
    if os.geteuid() == 0:
        yield "Running as root, as users' notebooks will. Use an ordinary account instead."
    if shutil.which("setpriv") is None:
        yield "No setpriv here: a killed part can leave processes behind. Install util-linux."


def _cannot_listen(port: int) -> str | None:
    """Return why the port cannot be used. Checks ::1 too: browsers may try it for `localhost`."""
    for family, host in LOOPBACK:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                # As the servers do: a port that was closed just now counts as free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is taken"
            if error.errno == errno.EACCES:
                return "needs root"
            if family == socket.AF_INET:
                return f"cannot be used ({error.strerror})"
    return None
