"""Web origins of users' servers: a host name for each, so that scripts of one reach no other.

The default `subdomain_hook` of JupyterHub 6.1.1, "idna", makes of each name that the portal issues
the label of the same spelling: the server of `sara` is at `sara.hub.example.ir`. Names with a
double or final hyphen, which only adopted users can have, become a label with a hash.
"""

from __future__ import annotations

from typing import Any

from hub_environment import HubEnvironment
from traitlets.config import Config


def configure_lab_origins(c: Config, environment: HubEnvironment) -> None:
    if not environment.lab_subdomains:
        return
    c.JupyterHub.subdomain_host = environment.hub_url
    # Browsers accept a cookie with the prefix `__Host-` only from the host itself: no server can
    # set one for its neighbours. It needs TLS.
    c.JupyterHub.cookie_host_prefix_enabled = environment.hub_url.startswith("https://")


def with_lab_host(user: Any, address: str) -> str:
    """Return the whole URL of an address in that user's server, and other addresses as they are.

    Without this the Hub would redirect twice more, and change the query string.
    """
    if not user.settings.get("subdomain_host") or not address.startswith(user.base_url):
        return address
    return f"{user.host}{address}"
