"""Ports for what a test or a measurement starts, which nobody else takes before it listens."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

# Below those that a Linux hands out by itself, to connections among others.
PORTS = range(20000, 32000)

# Where two processes look for ports at the same time, each sees the other's claims: sockets of UDP,
# which hinder nobody from listening with TCP on the same numbers. They last as long as the process.
_claims = ExitStack()


def free_ports(count: int) -> list[int]:
    """That many ports of this machine's loopback address, in a row. Raises LookupError."""
    for _ in range(100):
        first = random.choice(PORTS)  # noqa: S311 - no secret
        ports = list(range(first, first + count))
        if _claim(ports):
            return ports
    raise LookupError(f"No {count} free ports in a row here.")


def _claim(ports: list[int]) -> bool:
    with ExitStack() as claims:
        for port in ports:
            try:
                with socket.socket(type=socket.SOCK_STREAM) as listening:
                    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    listening.bind(("127.0.0.1", port))
                claim = claims.enter_context(socket.socket(type=socket.SOCK_DGRAM))
                claim.bind(("127.0.0.1", port))
            except OSError:
                return False
        _claims.push(claims.pop_all())
    return True
