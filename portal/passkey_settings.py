"""Settings of passkeys: whether browsers offer them at the portal's address."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def passkeys_work(portal_url: str) -> bool:
    """Return whether browsers make passkeys for this address.

    They want TLS or localhost, and a host name instead of an IP address (WebAuthn, section 5.1.3).
    """
    parts = urlsplit(portal_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    return False
