"""Reads what the environment says, and says everything that is wrong with it at once."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

SHORTEST_WEBHOOK_KEY = 24  # bytes, by Standard Webhooks


class EnvironmentRefused(Exception):
    """Says, one line each, what is wrong with the environment and how to put it right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The Hub refuses to start:\n" + "\n".join(f"- {p}" for p in problems))


def _is_webhook_secret(secret: str) -> bool:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= SHORTEST_WEBHOOK_KEY


class EnvironmentSource:
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
