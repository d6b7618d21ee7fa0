"""What is looked at before anything starts."""

from __future__ import annotations

import errno
import os
import shutil
import socket
from collections.abc import Iterator

from deploy.local.trial import Trial

# Linux gives a socket's path 107 bytes; supervisord first binds a longer one, with its pid.
LONGEST_SOCKET_PATH = 107 - len(".1234567")

LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def problems(trial: Trial) -> Iterator[str]:
    """Each is one line that names the setting to change."""
    if reason := _cannot_listen(trial.portal_port):
        yield f"Port {trial.portal_port} {reason}. Set PORTAL_PORT to a free one."
    for port in trial.hub_ports:
        if reason := _cannot_listen(port):
            used = f"now {trial.hub_ports[0]} to {trial.hub_ports[-1]}"
            yield f"Port {port} {reason}. Set HUB_PORT to the first of three free ones ({used})."
    if len(os.fsencode(trial.supervisor_socket)) > LONGEST_SOCKET_PATH:
        yield f"{trial.var} is too long for a socket's path. Set SHAPARAK_VAR to a shorter one."


def warnings() -> Iterator[str]:
    if os.geteuid() == 0:
        yield "Running as root, and so will users' notebooks. An ordinary account is safer."
    if shutil.which("setpriv") is None:
        yield "No setpriv (util-linux) here: a part killed by force can leave processes behind."


def _cannot_listen(port: int) -> str | None:
    """Also looks at ::1, since a browser may take `localhost` for that first."""
    for family, host in LOOPBACK:
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                # As the servers do, so that a port that was closed just now counts as free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "is taken"
            if error.errno == errno.EACCES:
                return "is for root alone"
            if family == socket.AF_INET:
                return f"cannot be used ({error.strerror})"
    return None
