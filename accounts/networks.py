"""Network of a request: what rate limits count as one visitor."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

IPV6_PREFIX = 64  # one line of a provider has at least that many addresses


def network_of(request: HttpRequest) -> str:
    """Return the visitor's IPv4 address, or the /64 of their IPv6 address.

    Raises:
        PermissionDenied: the request has no address.
    """
    address = ipaddress.ip_address(get_adapter(request).get_client_ip(request))
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
