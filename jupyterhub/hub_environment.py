"""What the Hub is told by its environment, checked before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from environment_source import EnvironmentRefused, EnvironmentSource

# A token in the manual of the system before this one: whoever has read it knows it.
PUBLISHED_TOKENS = frozenset({"demo-token-shaparak-2025"})

DEFAULT_IDLE_TIMEOUT_SECONDS = 3600
DEFAULT_SPAWN_SLOTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEnvironment:
    trial: bool
    var: Path  # where the trial mode keeps everything
    portal_url: str  # where browsers find the portal
    portal_internal_url: str  # where the Hub itself reaches it
    hub_url: str  # where browsers find the Hub's proxy
    idle_timeout: int
    spawn_slots: int
    open_metrics: bool
    api_token: str = field(repr=False)
    oidc_client_secret: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    crypt_keys: tuple[str, ...] = field(repr=False)
    proxy_auth_token: str = field(repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Raises EnvironmentRefused naming every problem at once."""
        source = EnvironmentSource(environ)
        api_token = source.secret("JUPYTERHUB_API_TOKEN")
        if api_token in PUBLISHED_TOKENS:
            source.problems.append(
                "JUPYTERHUB_API_TOKEN is a published token. Make a new one, for instance with"
                " `openssl rand -hex 32`, and give the same one to the portal."
            )
        portal_url = source.address("PORTAL_URL")
        environment = cls(
            trial=environ.get("SHAPARAK_MODE", "production") == "trial",
            var=Path(environ.get("SHAPARAK_VAR", "var")).absolute(),
            portal_url=portal_url,
            portal_internal_url=(
                source.address("PORTAL_INTERNAL_URL")
                if "PORTAL_INTERNAL_URL" in environ
                else portal_url
            ),
            hub_url=source.address("HUB_URL"),
            idle_timeout=source.number(
                "IDLE_TIMEOUT", default=DEFAULT_IDLE_TIMEOUT_SECONDS, of="seconds"
            ),
            spawn_slots=source.number("SPAWN_SLOTS", default=DEFAULT_SPAWN_SLOTS, of="starts"),
            open_metrics=environ.get("HUB_OPEN_METRICS", "").lower() in {"true", "1", "yes", "on"},
            api_token=api_token,
            oidc_client_secret=source.secret("OIDC_CLIENT_SECRET"),
            webhook_secrets=source.webhook_secrets("WEBHOOK_SECRET"),
            # Several keys are several generations: the first encrypts, all decrypt.
            crypt_keys=tuple(
                key.strip() for key in source.secret("JUPYTERHUB_CRYPT_KEY").split(";") if key
            ),
            proxy_auth_token=source.secret("CONFIGPROXY_AUTH_TOKEN"),
        )
        if source.problems:
            raise EnvironmentRefused(source.problems)
        return environment
