"""Environment variables of the Hub, read and checked so that one start reports every problem."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from browser_origin import browser_origin
from jupyterhub.traitlets import ByteSpecification
from traitlets import HasTraits, TraitError

MIN_WEBHOOK_KEY_BYTES = 24  # the least that Standard Webhooks allows
FLAG_ON = frozenset({"true", "1", "yes", "on"})
FLAG_OFF = frozenset({"false", "0", "no", "off"})


class EnvironmentRefused(Exception):
    """The message has one line for each problem, with the setting and the value that it takes."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The Hub refuses to start:\n" + "\n".join(f"- {p}" for p in problems))


def is_webhook_secret(secret: str) -> bool:
    """Return whether the text is a secret of Standard Webhooks. portal/checks has the same."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return secret.startswith("whsec_") and len(key) >= MIN_WEBHOOK_KEY_BYTES


class _Amount(HasTraits):
    amount = ByteSpecification()


class EnvironmentSource:
    """Reads values from the environment and collects the problems it finds."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def secret(self, name: str) -> str:
        """Return the value of NAME, or the content of the file that NAME_FILE names."""
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
        """Return the secrets, of which there are several during a rotation; each of them signs."""
        value = self.secret(name)
        secrets = tuple(secret.strip() for secret in value.split(",") if secret.strip())
        if value and not all(is_webhook_secret(secret) for secret in secrets):
            self.problems.append(
                f"{name} must be whsec_ and at least 24 bytes in base64, as `make env` writes it."
            )
        return secrets

    def address(self, name: str) -> str:
        """Return the address without a slash at its end."""
        value = self._environ.get(name, "").rstrip("/")
        if not value.startswith(("http://", "https://")):
            self.problems.append(f"{name} must be an address that begins with http:// or https://.")
        return value

    def origin(self, name: str) -> str:
        """Return an address in browsers, which has to be written as browsers write it."""
        if not (value := self.address(name)).startswith(("http://", "https://")):
            return value
        origin = browser_origin(value)
        if origin is None:
            self.problems.append(f"{name} must be the address of a host, without a path.")
        elif origin != value:
            self.problems.append(
                f"{name} must be written as browsers send it: {origin}. The portal needs the same."
            )
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return whether a switch is on."""
        value = self._environ.get(name, "").strip().lower()
        if value and value not in FLAG_ON | FLAG_OFF:
            self.problems.append(f"{name} must be true or false, not {value!r}.")
        return value in FLAG_ON if value else default

    def number(self, name: str, default: int, *, of: str) -> int:
        """Return a whole number of 1 or more; `of` is its unit, for the message."""
        value = self._environ.get(name) or str(default)
        if not value.isdecimal() or int(value) < 1:
            self.problems.append(f"{name} must be a number of {of}, not {value!r}.")
            return default
        return int(value)

    def amount(self, name: str, *, default: str) -> int:
        """Return an amount of memory or disk in bytes; 2G are 2 GiB, as everywhere in the Hub."""
        text = self._environ.get(name) or default
        try:
            amount = int(_Amount(amount=text).amount)
        except TraitError:
            amount = 0
        if amount <= 0:
            self.problems.append(f"{name} must be an amount such as 512M or 2G, not {text!r}.")
        return amount

    def processors(self, name: str, *, default: str) -> float:
        """Return a number of processors, which may be a part of one."""
        text = self._environ.get(name) or default
        try:
            processors = float(text)
        except ValueError:
            processors = 0.0
        if not 0 < processors < float("inf"):
            self.problems.append(
                f"{name} must be a number of processors such as 0.5 or 2, not {text!r}."
            )
            return 0.0
        return processors
