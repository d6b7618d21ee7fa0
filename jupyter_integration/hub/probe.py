"""Probe of a user's Lab: the Hub's "ready" can be a second early.

The server is under its user's control. So the probe sends no token, follows no redirect, reads only
the status line, and has a timeout for the whole response.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from typing import Final
from urllib.parse import quote, urlsplit

_MAX_STATUS_LINE: Final = 1024  # bytes
_ADDRESS: Final = re.compile(r"(?:https?://([a-zA-Z0-9.-]+(?::[0-9]+)?))?(/.*)", re.DOTALL)


class LabProbe:
    """Probes users' servers through the Hub's proxy. Timeouts are in seconds."""

    def __init__(
        self, proxy_url: str, *, connect_timeout: float = 3.0, answer_timeout: float = 5.0
    ) -> None:
        parts = urlsplit(proxy_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("HUB_PROXY_URL must be an http(s) address")
        self._host = parts.hostname
        self._port = parts.port
        self._prefix = parts.path.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._connect_timeout = connect_timeout
        self._answer_timeout = answer_timeout

    def __repr__(self) -> str:
        return f"<LabProbe through {self._host}>"

    def answers(self, server_url: str) -> bool:
        """Return whether the server at `server_url` answers with a success.

        The address is the Hub's: a path ("/user/NAME/"), or with a host name for each server a
        whole URL. The request always goes to the proxy, which then chooses the server by the header
        Host. No name is resolved.
        """
        address = _ADDRESS.fullmatch(server_url)
        if address is None:
            return False
        host, path = address.groups()
        headers = {"Accept-Encoding": "identity"} | ({"Host": host} if host else {})
        # A proxy without a route to the server answers with a redirect or an error of the Hub.
        target = quote(f"{self._prefix}{path}api", safe="/%:@!$&'()*+,;=~")
        connection = self._connection()
        try:
            connection.request("GET", target, headers=headers)
            line = _status_line(connection.sock, time.monotonic() + self._answer_timeout)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return re.match(rb"HTTP/1\.[01] 2[0-9]{2}\b", line) is not None

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port, self._connect_timeout)
        return http.client.HTTPSConnection(
            self._host, self._port, timeout=self._connect_timeout, context=self._tls
        )


def _status_line(connected: socket.socket, deadline: float) -> bytes:
    line = b""
    while b"\n" not in line and len(line) < _MAX_STATUS_LINE:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        connected.settimeout(left)
        received = connected.recv(_MAX_STATUS_LINE)
        if not received:
            break
        line += received
    return line
