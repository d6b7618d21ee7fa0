"""Free ports for the processes of a test or a measurement, reserved between processes."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

# Below Linux's range of ephemeral ports.
PORTS = range(20000, 32000)

# A claim is a UDP socket on the port: other processes that look for ports see it, and it does not
# prevent listening with TCP on the same number. Claims last as long as the process.
_claims = ExitStack()


def free_ports(count: int) -> list[int]:
    """Return `count` consecutive free ports of the loopback address. Raises LookupError."""
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
