"""Folders, ports and addresses of one trial copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from deploy.local.install import REPOSITORY

MAX_PORT = 65535


class SettingRefused(Exception):
    """The message names the setting and the values that it takes."""


@dataclass(frozen=True, slots=True)
class Trial:
    var: Path
    portal_port: int
    hub_port: int
    lab_subdomains: bool = True

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings of a copy. Raises SettingRefused."""
        trial = cls(
            var=Path(environ.get("SHAPARAK_VAR") or REPOSITORY / "var").absolute(),
            portal_port=_port(environ, "PORTAL_PORT", default=8080, in_a_row=1),
            hub_port=_port(environ, "HUB_PORT", default=8000, in_a_row=3),
            lab_subdomains=_flag(environ, "LAB_SUBDOMAINS", default=True),
        )
        if trial.portal_port in trial.hub_ports:
            raise SettingRefused(
                f"PORTAL_PORT={trial.portal_port} is one of the Hub's three ports,"
                f" {trial.hub_ports[0]} to {trial.hub_ports[-1]}. Change PORTAL_PORT or HUB_PORT."
            )
        return trial

    @property
    def hub_ports(self) -> range:
        """Ports of the proxy for browsers, of the proxy's own API, and of the Hub."""
        return range(self.hub_port, self.hub_port + 3)

    @property
    def portal_url(self) -> str:
        # Another host name than the Hub's: notebook pages run their users' own scripts.
        return f"http://localhost:{self.portal_port}"

    @property
    def portal_internal_url(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}"

    @property
    def hub_url(self) -> str:
        """Return the Hub's address in browsers, which resolve all names below `localhost`."""
        host = "hub.localhost" if self.lab_subdomains else "127.0.0.1"
        return f"http://{host}:{self.hub_port}"

    @property
    def hub_proxy_url(self) -> str:
        """Return the address of the same port for programs, which resolve no such name."""
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def hub_api_url(self) -> str:
        return f"http://127.0.0.1:{self.hub_port + 2}/hub/api"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def logs(self) -> Path:
        return self.var / "logs"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def supervisor_socket(self) -> Path:
        return self.run / "supervisor.sock"

    @property
    def proxy_pages(self) -> Path:
        return self.run / "proxy-pages"


def _port(environ: Mapping[str, str], name: str, *, default: int, in_a_row: int) -> int:
    value = environ.get(name) or str(default)
    last = MAX_PORT + 1 - in_a_row
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= last:
        raise SettingRefused(f"{name} must be a port number from 1 to {last}, not {value!r}.")
    return int(value)


def _flag(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = (environ.get(name) or str(default)).lower()
    if value not in {"true", "false"}:
        raise SettingRefused(f"{name} must be true or false, not {value!r}.")
    return value == "true"
