"""Rules for packets of users' containers: the internet is open, private addresses are closed.

They are an nftables table of their own, for IPv4 and IPv6, before the engine's rules. A packet that
passes still has to pass those. docs/adr/0026-own-table-in-the-firewall.md has the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Self

TABLE = "inet shaparak_servers"

BRIDGE = "br-shaparak"
"""Bridge of users' containers on the host; docker-compose.yml names it."""

Network = IPv4Network | IPv6Network

# Special-purpose addresses that are not on the internet (IANA's registries, RFC 6890). The metadata
# services of clouds are among them: 169.254.169.254, 100.100.100.200, fd00:ec2::254.
PRIVATE = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a provider's customers
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "::/96",  # unspecified, loopback, IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96",  # NAT64 leads to any IPv4 address
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4, the same
        "fc00::/7",
        "fe80::/10",  # link-local
        "ff00::/8",
    )
)


class InvalidSetting(Exception):
    """A setting is invalid; the message names it and the values that it takes."""


@dataclass(frozen=True, slots=True)
class Settings:
    closed: bool
    allowed: tuple[Network, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings. Raises InvalidSetting."""
        mode = environ.get("SERVER_PRIVATE_ADDRESSES") or "closed"
        if mode not in ("closed", "open"):
            raise InvalidSetting(f"SERVER_PRIVATE_ADDRESSES must be closed or open, not {mode!r}.")
        names = re.split(r"[,\s]+", environ.get("SERVER_ALLOWED_ADDRESSES") or "")
        return cls(mode == "closed", tuple(_network(name) for name in names if name))


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise InvalidSetting(
            "SERVER_ALLOWED_ADDRESSES must be addresses or networks such as 10.20.0.5 and "
            f"10.30.0.0/16, separated by commas: {error}."
        ) from None


def rules(settings: Settings) -> str:
    """Return the input of `nft --file` that replaces the table in one step."""
    # A table has to exist to be deleted.
    gone = f"table {TABLE}\ndelete table {TABLE}\n"
    return gone + _table(settings.allowed) if settings.closed else gone


def _table(allowed: Iterable[Network]) -> str:
    return f"""table {TABLE} {{
  {_set("private4", "ipv4_addr", 4, PRIVATE)}
  {_set("private6", "ipv6_addr", 6, PRIVATE)}
  {_set("allowed4", "ipv4_addr", 4, allowed)}
  {_set("allowed6", "ipv6_addr", 6, allowed)}
  chain forward {{
    type filter hook forward priority filter - 10; policy accept;
    # Not those within the bridge: the Hub, the proxy and other users' servers.
    iifname "{BRIDGE}" oifname != "{BRIDGE}" jump leaving
  }}
  chain input {{
    type filter hook input priority filter - 10; policy accept;
    iifname "{BRIDGE}" jump to_host
  }}
  chain passing {{
    ct state established,related accept
    # The institution's name server often has a private address, or runs on the host.
    meta l4proto {{ tcp, udp }} th dport 53 accept
    ip daddr @allowed4 accept
    ip6 daddr @allowed6 accept
  }}
  chain leaving {{
    jump passing
    ip daddr @private4 counter reject with icmpx admin-prohibited
    ip6 daddr @private6 counter reject with icmpx admin-prohibited
  }}
  chain to_host {{
    jump passing
    # Without these the containers would not find their gateway.
    icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit }} accept
    counter reject with icmpx admin-prohibited
  }}
}}
"""


def _set(name: str, kind: str, version: int, networks: Iterable[Network]) -> str:
    members = ", ".join(str(network) for network in networks if network.version == version)
    elements = f" elements = {{ {members} }};" if members else ""
    return f"set {name} {{ type {kind}; flags interval; auto-merge;{elements} }}"
