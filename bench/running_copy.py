"""Running copy of the product as on a real host: edge, PostgreSQL, Redis, gunicorn, Celery, Hub.

    with RunningCopy.start(folder, slots=90) as copy:
        copy.portal_url, copy.hub_url         # addresses of people: both are the edge's
        copy.hub_api_url, copy.token          # the Hub itself
        copy.environment                      # for `manage.py` commands on this copy
        copy.sign_in(300)                     # 300 people, each with a session
        copy.parts["worker"].end(SIGKILL); copy.parts["worker"].start()

The Hub's servers are simulated (simulated_hub/). A proxy can stand between portal and Hub:

    copy = RunningCopy(folder)
    with FaultProxy(copy.hub_origin) as proxy:
        copy.bring_up(portal_calls=proxy.origin)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.databases import ProgramMissing, postgres, redis
from bench.edge import EdgePorts, edge
from bench.signed_in import SignedIn
from deploy.local import install, secret_files
from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.part import Part
from jupyter_integration.testing.probes import is_ok, listens

REPOSITORY = install.REPOSITORY
SIMULATED_HUB = Path(__file__).parent / "simulated_hub"
HUB_CONFIGURATION = "jupyterhub_config.py"
WEB_WORKERS, WEB_THREADS = 2, 4


class RunningCopy:
    def __init__(
        self,
        folder: Path,
        *,
        slots: int = 90,
        server_seconds: float = 10.0,
        slow_spawn_timeout: float | None = 0.01,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a copy below `folder` without starting it.

        At most `slots` starts are in flight; each takes `server_seconds` ± 30 %. With
        `slow_spawn_timeout=None` the Hub keeps its own default.
        """
        self.folder = folder
        folder.chmod(0o755)  # PostgreSQL's own user goes through it
        names = ("web", "postgres", "redis", "proxy", "proxy_api", "hub", "servers")
        self._ports = dict(zip(names, free_ports(len(names)), strict=True))
        self._edge_ports = EdgePorts.free()
        self._slots = slots
        self._secrets = secret_files.create_missing(folder / "secrets")
        self._settings = dict(settings or {})
        self._hub_settings = {"BENCH_SERVER_SECONDS": str(server_seconds)}
        if slow_spawn_timeout is not None:
            self._hub_settings["BENCH_SLOW_SPAWN_TIMEOUT"] = str(slow_spawn_timeout)
        self._portal_calls = self.hub_origin
        self.parts: dict[str, Part] = {}

    @classmethod
    def start(cls, folder: Path, *, slots: int = 90, server_seconds: float = 10.0) -> Self:
        copy = cls(folder, slots=slots, server_seconds=server_seconds)
        copy.bring_up()
        return copy

    # ── Addresses ─────────────────────────────────────────────────────────────────────────────

    @property
    def portal_url(self) -> str:
        return self._edge_ports.portal_url

    @property
    def hub_url(self) -> str:
        return self._edge_ports.hub_url

    @property
    def hub_proxy_url(self) -> str:
        """Return the address of the Hub's proxy behind the edge, which the portal uses."""
        return f"http://127.0.0.1:{self._ports['proxy']}"

    @property
    def hub_origin(self) -> str:
        """Return the Hub's own address, without the edge and the proxy of browsers."""
        return f"http://127.0.0.1:{self._ports['hub']}"

    @property
    def hub_api_url(self) -> str:
        return f"{self.hub_origin}/hub/api"

    @property
    def token(self) -> str:
        return self._secrets["JUPYTERHUB_API_TOKEN"].read_text(encoding="ascii")

    @property
    def database_url(self) -> str:
        return f"postgres://portal@127.0.0.1:{self._ports['postgres']}/postgres"

    @property
    def lives(self) -> Path:
        """Return the folder of the simulated servers' lives."""
        return self.folder / "lives"

    @property
    def hub_log(self) -> Path:
        return self.folder / "hub.log"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return inherited | {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SHAPARAK_MODE": "production",
            "SHAPARAK_VAR": str(self.folder),
            "PORTAL_URL": self.portal_url,
            "HUB_URL": self.hub_url,
            "HUB_PROXY_URL": self.hub_proxy_url,
            # The simulated servers are one process, behind one name.
            "LAB_SUBDOMAINS": "false",
            "STAFF_SECOND_FACTOR": "false",  # its staff have no phones
            "TRUSTED_PROXY_COUNT": "1",
            "JUPYTERHUB_API_URL": f"{self._portal_calls}/hub/api",
            "DATABASE_URL": self.database_url,
            "DATABASE_POOL_SIZE": str(self._slots + 10),
            "REDIS_URL": f"redis://127.0.0.1:{self._ports['redis']}/0",
            "SPAWN_SLOTS": str(self._slots),
            "ACTIVE_SERVER_LIMIT": "100000",
            "SIGNUP_OPEN": "true",
            "SIGNUP_EMAIL_DOMAINS": "example.ir",
            "EMAIL_VERIFICATION": "none",
            "ALLOWED_HOSTS": "127.0.0.1",
            **{f"{name}_FILE": str(path) for name, path in self._secrets.items()},
            **self._settings,
        }

    # ── Life cycle ────────────────────────────────────────────────────────────────────────────────

    def bring_up(self, *, portal_calls: str | None = None) -> None:
        """Start every part and wait until all are up. `portal_calls` is the Hub's origin that the
        portal calls. Raises DidNotStart and ProgramMissing.
        """
        self._portal_calls = portal_calls or self.hub_origin
        self.parts = {part.name: part for part in self._make_parts()}
        for name in ("edge", "proxy", "servers", "hub", "postgres", "redis"):
            self.parts[name].launch()
        for name in ("postgres", "redis"):
            self.parts[name].wait()
        self.manage("prepare")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")
        for part in self.parts.values():
            if not part.runs():
                part.launch()
        for part in self.parts.values():
            part.wait()

    def bring_up_only(self, *names: str) -> None:
        """Start only the parts of these names and wait until all are up. Raises DidNotStart."""
        self.parts = {part.name: part for part in self._make_parts() if part.name in names}
        for part in self.parts.values():
            part.launch()
        for part in self.parts.values():
            part.wait()

    def set_up_hub(self, settings: Mapping[str, str]) -> None:
        """Give the Hub, which does not run, these settings on top of the copy's own."""
        self.parts["hub"] = self._hub(settings)

    def manage(self, *arguments: str) -> str:
        """Run a manage.py command on this copy and return what it printed."""
        return self.run(["manage.py", *arguments])

    def sign_in(self, count: int) -> list[SignedIn]:
        """Make new people, each with an account, a user on the Hub and a session, but no password:
        to hash 300 passwords would take longer than the measurement.
        """
        lines = self.run(["-m", "bench.sign_in", str(count)]).splitlines()
        return [SignedIn(**json.loads(line)) for line in lines]

    def end(self) -> None:
        for part in reversed(self.parts.values()):
            part.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.end()

    # ── Parts ───────────────────────────────────────────────────────────────────────────────

    def _make_parts(self) -> list[Part]:
        return [
            postgres(self.folder, self._ports["postgres"], self.environment),
            redis(self.folder, self._ports["redis"], self.environment),
            self._proxy(),
            self._servers(),
            self._hub(),
            self._web(),
            self.edge_to(self._ports["web"], "edge", self.folder, self._edge_ports),
            self._celery("worker", "worker", "--queues=default", "--concurrency=4"),
            self._celery("spawn-worker", "worker", "--queues=starts"),
            self._celery("beat", "beat", f"--schedule={self.folder / 'schedule'}", "--pidfile="),
        ]

    def edge_to(self, web_port: int, name: str, folder: Path, ports: EdgePorts) -> Part:
        """Return an edge in front of the web server on this port and this copy's Hub."""
        return edge(name, folder, ports, web_port=web_port, proxy_port=self._ports["proxy"])

    def _part(self, name: str, command: list[str], **options: object) -> Part:
        settings = {"folder": self.folder, "environment": self.environment} | options
        return Part(name, command, log=self.folder / f"{name}.log", **settings)  # type: ignore[arg-type]

    def _proxy(self) -> Part:
        port, api_port = str(self._ports["proxy"]), str(self._ports["proxy_api"])
        node = install.find_node()
        if node is None:
            raise ProgramMissing("There is no Node here. `make bench` installs one.")
        return self._part(
            "proxy",
            [
                *(str(node), str(install.PROXY_SCRIPT), "--ip", "127.0.0.1", "--port", port),
                *("--api-ip", "127.0.0.1", "--api-port", api_port),
            ],
            environment=self.environment | {"CONFIGPROXY_AUTH_TOKEN": self._proxy_token},
            answers=lambda: listens(self._ports["proxy_api"]),
        )

    def _servers(self) -> Part:
        port = self._ports["servers"]
        return self._part(
            "servers",
            [sys.executable, str(SIMULATED_HUB / "shared_server.py"), str(port)],
            answers=lambda: listens(port),
        )

    def _hub(self, settings: Mapping[str, str] | None = None) -> Part:
        folder = self.folder / "hub"
        folder.mkdir(exist_ok=True)
        ports = ("proxy", "proxy_api", "hub", "servers")
        environment = {
            "PATH": os.environ["PATH"],
            "CONFIGPROXY_AUTH_TOKEN": self._proxy_token,
            "BENCH_HUB_PORTS": ",".join(str(self._ports[name]) for name in ports),
            "BENCH_HUB_TOKEN": self.token,
            "BENCH_LIVES": str(self.lives),
            **self._hub_settings,
            **(settings or {}),
        }
        return self._part(
            "hub",
            [sys.executable, "-m", "jupyterhub", "-f", str(SIMULATED_HUB / HUB_CONFIGURATION)],
            folder=folder,
            environment=environment,
            answers=lambda: is_ok(f"{self.hub_api_url}/") and is_ok(f"{self.hub_url}/hub/api/"),
        )

    def _web(self) -> Part:
        url = f"http://127.0.0.1:{self._ports['web']}"
        return self._part(
            "web",
            web_command(self._ports["web"]),
            folder=REPOSITORY,
            answers=lambda: is_ok(f"{url}/health"),
        )

    def _celery(self, name: str, *arguments: str) -> Part:
        command = [sys.executable, "-m", "celery", "--app=portal", *arguments, "--loglevel=INFO"]
        if "worker" in arguments:
            command += ["--pool=threads", f"--hostname={name}@bench"]
            command += ["--without-gossip", "--without-mingle"]
        ready = " ready." if "worker" in arguments else ""
        return self._part(name, command, folder=REPOSITORY, ready_line=ready)

    @property
    def _proxy_token(self) -> str:
        return self._secrets["CONFIGPROXY_AUTH_TOKEN"].read_text(encoding="ascii")

    def run(self, arguments: list[str]) -> str:
        """Run a Python program of ours with this copy's settings and return what it printed."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout


def web_command(port: int) -> list[str]:
    """Return the command of gunicorn, as the product's containers run it."""
    return [
        *(sys.executable, "-m", "gunicorn", "portal.wsgi", "--preload"),
        *("--workers", str(WEB_WORKERS), "--worker-class", "gthread"),
        *("--threads", str(WEB_THREADS)),
        *("--bind", f"127.0.0.1:{port}", "--no-control-socket"),
    ]
