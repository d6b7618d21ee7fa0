"""What the Hub is told by its environment, checked before it starts."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

# A token in the manual of the system before this one: whoever has read it knows it.
PUBLISHED_TOKENS = frozenset({"demo-token-shaparak-2025"})

DEFAULT_IDLE_TIMEOUT_SECONDS = 3600
SHORTEST_WEBHOOK_KEY = 24  # bytes, by Standard Webhooks
DEFAULT_SPAWN_SLOTS = 16


class EnvironmentRefused(Exception):
    """Says, one line each, what is wrong with the environment and how to put it right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The Hub refuses to start:\n" + "\n".join(f"- {p}" for p in problems))


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
        source = _Source(environ)
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


def _is_webhook_secret(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= SHORTEST_WEBHOOK_KEY


class _Source:
    """Reads values and gathers what is wrong with them, so that one start tells everything."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def secret(self, name: str) -> str:
        """The value of NAME, else what the file named by NAME_FILE holds."""
        if value := self._environ.get(name, "").strip():
            return value
        if path := self._environ.get(f"{name}_FILE", ""):
            try:
                value = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                self.problems.append(f"{name}_FILE cannot be read: {error}")
                return ""
            if not value:
                self.problems.append(f"{name}_FILE names an empty file: {path}")
            return value
        self.problems.append(f"{name} is missing. Set {name}, or {name}_FILE to a file with it.")
        return ""

    def webhook_secrets(self, name: str) -> tuple[str, ...]:
        """Several while one takes the other's place; each signs."""
        value = self.secret(name)
        secrets = tuple(secret.strip() for secret in value.split(",") if secret.strip())
        if value and not all(_is_webhook_secret(secret) for secret in secrets):
            self.problems.append(
                f"{name} must be whsec_ and at least 24 bytes in base64, as `make env` writes it."
            )
        return secrets

    def address(self, name: str) -> str:
        value = self._environ.get(name, "").rstrip("/")
        if not value.startswith(("http://", "https://")):
            self.problems.append(f"{name} must be an address that begins with http:// or https://.")
        return value

    def number(self, name: str, default: int, *, of: str) -> int:
        """A whole number of one or more."""
        value = self._environ.get(name) or str(default)
        if not value.isdecimal() or int(value) < 1:
            self.problems.append(f"{name} must be a number of {of}, not {value!r}.")
            return default
        return int(value)
