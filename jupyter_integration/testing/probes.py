"""Probes that check whether a part answers yet."""

from __future__ import annotations

import socket
import urllib.request


def listens(port: int) -> bool:
    """Return whether a program listens on the port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_ok(url: str) -> bool:
    """Return whether the address responds with status 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310  (http only)
            return bool(response.status == 200)
    except OSError:
        return False
