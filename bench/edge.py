"""Edge of a running copy: Caddy with the product's own Caddyfile, as in docker-compose.yml."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.databases import ProgramMissing
from deploy.local import install
from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.part import Part
from jupyter_integration.testing.probes import is_ok

CADDYFILE = install.REPOSITORY / "deploy" / "edge" / "Caddyfile"


@dataclass(frozen=True, slots=True)
class EdgePorts:
    """Ports of the edge: the portal's, the Hub's and the one of the edge's own health check."""

    portal: int
    hub: int
    health: int

    @classmethod
    def free(cls) -> EdgePorts:
        return cls(*free_ports(3))

    @property
    def portal_url(self) -> str:
        return f"http://localhost:{self.portal}"

    @property
    def hub_url(self) -> str:
        return f"http://127.0.0.1:{self.hub}"


def edge(name: str, folder: Path, ports: EdgePorts, *, web_port: int, proxy_port: int) -> Part:
    """Return an edge in front of the web server and the Hub's proxy on these ports."""
    if shutil.which("caddy") is None:
        raise ProgramMissing("There is no Caddy here. On Debian: apt install caddy")
    return Part(
        name,
        ["caddy", "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"],
        folder=folder,
        log=folder / f"{name}.log",
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),  # it keeps a copy of its configuration there
            "PORTAL_URL": ports.portal_url,
            "HUB_URL": ports.hub_url,
            "PORTAL_PORT": str(ports.portal),
            "HUB_PORT": str(ports.hub),
            "EDGE_ADDRESS": "127.0.0.1",
            "EDGE_HEALTH_PORT": str(ports.health),
            "PORTAL_UPSTREAM": f"127.0.0.1:{web_port}",
            "HUB_UPSTREAM": f"127.0.0.1:{proxy_port}",
        },
        answers=lambda: is_ok(f"http://127.0.0.1:{ports.health}/"),
    )
