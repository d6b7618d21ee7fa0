"""Stack of docker-compose.yml on an engine: built from scratch and removed completely.

stack = Stack(folder)      # a folder of its own, for its .env
stack.build()
stack.bring_up()           # with TLS by the edge itself, and a host name for each Lab
stack.portal_url           # https://portal.localhost:…, where people go
stack.hub_url              # https://hub.localhost:…, the Hub's host
stack.lab_url("sara")      # https://sara.hub.localhost:…/user/sara
stack.authority()          # the certificate of the edge's authority, PEM
stack.compose("ps")        # the output of `docker compose ps`
stack.take_down()          # raises SomethingIsLeft
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.probes import listens
from tests.smoke import engine
from tests.smoke.engine import REPOSITORY, docker, succeed

PROJECT = "shaparak-smoke"
HOME_PREFIX = "shaparak-home-"
USERS_CONTAINERS = "label=org.shaparak.guarded"

STACK_BUILD_TIMEOUT = 360.0  # seconds
STACK_START_TIMEOUT = 180.0  # seconds

# Settings of mirrors for a build, taken from the caller's environment.
MIRRORS = (
    "IMAGE_PREFIX",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "NPM_CONFIG_REGISTRY",
)
COMPOSE_FILES = ("docker-compose.yml", "deploy/edge/tls.yml", "tests/smoke/ports.yml")
AUTHORITY = "/data/caddy/pki/authorities/local"  # in the edge's container
FIREWALL = ("python", "-m", "deploy.server_firewall.firewall")
ONE_SHOTS = {"migrate", "hub-database"}


class EngineIsNotFree(AssertionError):
    """No engine answers, or it has an installation of Shaparak that must not be changed."""


class SomethingIsLeft(AssertionError):
    """The message names what the removal has left."""


class Stack:
    def __init__(self, folder: Path) -> None:
        self.portal_port, self.hub_port = free_ports(2)
        self._env_file = folder / "env"
        self._before: set[tuple[str, str]] = set()

    @property
    def portal_url(self) -> str:
        return f"https://portal.localhost:{self.portal_port}"

    @property
    def hub_url(self) -> str:
        return f"https://hub.localhost:{self.hub_port}"

    def lab_url(self, name: str) -> str:
        """Return the address of the person's Lab, without a slash at its end."""
        return f"https://{name}.hub.localhost:{self.hub_port}/user/{name}"

    def authority(self, name: str = "root") -> bytes:
        """Return a certificate of the edge's authority, `root` or `intermediate`, as PEM."""
        return docker("exec", "shaparak-edge", "cat", f"{AUTHORITY}/{name}.crt").encode()

    @property
    def environment(self) -> dict[str, str]:
        """The environment for `docker compose` and our scripts, with this stack's settings only."""
        example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
        settings = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", example, re.MULTILINE))
        return {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in settings and not name.startswith("COMPOSE_")
            },
            "COMPOSE_PROJECT_NAME": PROJECT,
            "COMPOSE_FILE": ":".join(COMPOSE_FILES),
            "COMPOSE_ENV_FILES": str(self._env_file),
        }

    def compose(self, *arguments: str, max_wait: float = 120) -> str:
        """Run `docker compose` and return its output. Raises CommandFailed."""
        return succeed(
            ["docker", "compose", "--progress", "quiet", *arguments],
            environment=self.environment,
            max_wait=max_wait,
        )

    # ── Life cycle ────────────────────────────────────────────────────────────────────────────────

    def build(self) -> None:
        """Write .env and build every image. Raises EngineIsNotFree."""
        if not engine.answers():
            raise EngineIsNotFree("No engine answers `docker info`. Start Docker first.")
        self._before = engine.everything()
        if ours := sorted(name for _, name in self._before if name.startswith("shaparak")):
            raise EngineIsNotFree(
                "Shaparak is on this engine already, or was not removed: "
                f"{', '.join(ours)}. `make smoke` needs an engine without it."
            )
        succeed([sys.executable, "scripts/env", str(self._env_file)])
        self.set(
            EDGE_TLS="internal",
            PORTAL_URL=self.portal_url,
            HUB_URL=self.hub_url,
            SMOKE_PORTAL_PORT=str(self.portal_port),
            SMOKE_HUB_PORT=str(self.hub_port),
            # Of people in tests; no mail server sends them links.
            SIGNUP_OPEN="true",
            SIGNUP_EMAIL_DOMAINS="example.ir",
            EMAIL_VERIFICATION="none",
        )
        self.set(**{name: os.environ[name] for name in MIRRORS if os.environ.get(name)})
        self.compose("build", max_wait=STACK_BUILD_TIMEOUT)

    def set(self, **settings: str) -> None:
        """Set values in this stack's .env."""
        text = self._env_file.read_text(encoding="utf-8")
        for name, value in settings.items():
            text = re.sub(rf"^(# )?{name}=.*\n", "", text, flags=re.MULTILINE)
            text += f"{name}={value}\n"
        self._env_file.write_text(text, encoding="utf-8")

    def setting(self, name: str) -> str:
        text = self._env_file.read_text(encoding="utf-8")
        (value,) = re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)
        return value

    def bring_up(self) -> None:
        """Start every service, and wait until all are healthy."""
        self.compose("up", "--detach", "--wait", max_wait=STACK_START_TIMEOUT)

    def take_down(self) -> None:
        """Remove everything, also users' containers and homes. Raises SomethingIsLeft."""
        if not self._env_file.exists():
            return
        # The Hub first, so that it starts no more containers.
        self.compose("stop", "jupyterhub")
        if users := docker("ps", "--all", "--quiet", "--filter", USERS_CONTAINERS).split():
            docker("rm", "--force", "--volumes", *users)
        # Its rules are the host's, so `down` leaves them.
        self.compose("stop", "firewall")
        self.compose("run", "--rm", "firewall", *FIREWALL, "remove")
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "10")
        # build() has verified that there were none before.
        if homes := [name for name in engine.names_of("volume") if name.startswith(HOME_PREFIX)]:
            docker("volume", "rm", *homes)
        self._check_that_nothing_is_left()

    def _check_that_nothing_is_left(self) -> None:
        left = [f"{kind} {name}" for kind, name in sorted(engine.everything() - self._before)]
        left += [f"port {port}" for port in (self.portal_port, self.hub_port) if listens(port)]
        if left:
            raise SomethingIsLeft(f"Left on this engine: {', '.join(left)}.")

    # ── Content ───────────────────────────────────────────────────────────────────────────────────

    def services(self) -> dict[str, dict[str, Any]]:
        """Return the row of `docker compose ps` for each permanent service, by its name."""
        wanted = set(self.compose("config", "--services").split()) - ONE_SHOTS - {"user-server"}
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        rows = {row["Service"]: row for row in map(json.loads, lines)}
        return {name: rows.get(name, {"State": "missing", "Health": ""}) for name in wanted}


def container_of(username: str) -> str:
    return f"shaparak-jupyter-{username}"
