"""Settings of the Hub from its environment, checked before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from environment_source import EnvironmentRefused, EnvironmentSource

# Tokens that manuals have printed, among them that of the system before this one. portal/checks
# has the same.
PUBLISHED_TOKENS = frozenset({"demo-token-shaparak-2025", "changeme", "secret", "token"})

DEFAULT_IDLE_TIMEOUT = 3600  # seconds
DEFAULT_MAX_AGE = 604_800  # seconds: a week
DEFAULT_SPAWN_SLOTS = 16
DEFAULT_ACTIVE_SERVERS = 100  # the socket guard has the same


def is_ip_address(url: str) -> bool:
    """Return whether the host of the URL is an IP address. portal/checks has the same."""
    try:
        ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEnvironment:
    trial: bool
    spawner: str  # of the image: "containers" or "kubernetes" (jupyterhub/Dockerfile)
    var: Path  # folder of all data in the trial mode
    portal_url: str  # for browsers
    portal_internal_url: str  # for the Hub's own requests
    hub_url: str  # the Hub's proxy, for browsers
    lab_subdomains: bool  # each user's server has a host name of its own, below that of hub_url
    idle_timeout: int  # seconds
    max_age: int  # seconds
    spawn_slots: int
    active_servers: int  # at the same time, of all users
    open_metrics: bool
    api_token: str = field(repr=False)
    oidc_client_secret: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    crypt_keys: tuple[str, ...] = field(repr=False)
    proxy_auth_token: str = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings. Raises EnvironmentRefused with every problem."""
        source = EnvironmentSource(environ)
        api_token = source.secret("JUPYTERHUB_API_TOKEN")
        if api_token in PUBLISHED_TOKENS:
            source.problems.append(
                "JUPYTERHUB_API_TOKEN is a published token. Make a new one, for instance with"
                " `openssl rand -hex 32`, and give the portal the same one."
            )
        portal_url = source.origin("PORTAL_URL")
        environment = cls(
            trial=environ.get("SHAPARAK_MODE", "production") == "trial",
            spawner=environ.get("SPAWNER", "containers"),
            var=Path(environ.get("SHAPARAK_VAR", "var")).absolute(),
            portal_url=portal_url,
            portal_internal_url=(
                source.address("PORTAL_INTERNAL_URL")
                if "PORTAL_INTERNAL_URL" in environ
                else portal_url
            ),
            hub_url=source.origin("HUB_URL"),
            lab_subdomains=source.flag("LAB_SUBDOMAINS", default=True),
            idle_timeout=source.number("IDLE_TIMEOUT", default=DEFAULT_IDLE_TIMEOUT, of="seconds"),
            max_age=source.number("SERVER_MAX_AGE", default=DEFAULT_MAX_AGE, of="seconds"),
            spawn_slots=source.number("SPAWN_SLOTS", default=DEFAULT_SPAWN_SLOTS, of="starts"),
            active_servers=source.number(
                "ACTIVE_SERVER_LIMIT", default=DEFAULT_ACTIVE_SERVERS, of="servers"
            ),
            open_metrics=source.flag("HUB_OPEN_METRICS", default=False),
            api_token=api_token,
            oidc_client_secret=source.secret("OIDC_CLIENT_SECRET"),
            webhook_secrets=source.webhook_secrets("WEBHOOK_SECRET"),
            # During a rotation there are several keys: the first encrypts, all of them decrypt.
            crypt_keys=tuple(
                key.strip() for key in source.secret("JUPYTERHUB_CRYPT_KEY").split(";") if key
            ),
            proxy_auth_token=source.secret("CONFIGPROXY_AUTH_TOKEN"),
        )
        if environment.lab_subdomains and is_ip_address(environment.hub_url):
            source.problems.append(
                "HUB_URL must have a host name, not an IP address: users' servers have names"
                " below it. Change it, or set LAB_SUBDOMAINS=false."
            )
        if source.problems:
            raise EnvironmentRefused(source.problems)
        return environment
