"""Origin of an address as browsers write it: hosts, cookies and forms are compared by it.

portal/ and jupyterhub/ have the same file, because they share no package. A test compares them.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
LONGEST_HOST = 253  # characters (RFC 1035)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def browser_origin(url: str) -> str | None:
    """Return scheme, host and port as browsers send them; None if `url` has more, or no such host.

    A Persian host name becomes xn--…, capitals become small letters, and a final dot and the
    scheme's own port are left out (https://url.spec.whatwg.org/#host-parsing).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # of the port, or of brackets
        return None
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc or port == 0:
        return None
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return None
    name = _ip_address(host) or _host_name(host)
    if name is None:
        return None
    shown_port = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{name}{shown_port}"


def _ip_address(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return f"[{address.compressed}]" if address.version == 6 else str(address)


def _host_name(host: str) -> str | None:
    """Return the name in ASCII; None for one that browsers or Django refuse."""
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None
    labels = name.removesuffix(".").split(".")
    # Browsers read a name whose last label is a number as an IPv4 address.
    is_name = all(map(_LABEL.fullmatch, labels)) and not re.fullmatch(
        r"[0-9]+|0x[0-9a-f]*", labels[-1]
    )
    joined = ".".join(labels)
    return joined if is_name and len(joined) <= LONGEST_HOST else None
