"""Configuration of the contract tests' real JupyterHub: `user_options` script its spawner.

{"slow": 1.5}          the start takes that long, or fails after that time
{"fails": "raise"}     the spawner raises
{"fails": "policy"}    a hook raises a SpawnException
{"fails": "exit"}      the process ends
{"stop_slow": 1.5}     stopping takes that long
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jupyterhub.handlers import BaseHandler
from jupyterhub.spawner import SimpleLocalProcessSpawner, SpawnException
from traitlets.config import get_config

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "jupyterhub"))

from portal_events import push_events
from server_exits import RecordsExit

SERVER = Path(__file__).with_name("scripted_server.py")
PORT, PROXY_API_PORT, HUB_PORT = os.environ["CONTRACT_PORTS"].split(",")


class ScriptedSpawner(RecordsExit, SimpleLocalProcessSpawner):  # type: ignore[misc]
    """A spawner whose behaviour is an option of each start."""

    async def start(self) -> Any:
        await asyncio.sleep(self.user_options.get("slow", 0))
        fails = self.user_options.get("fails")
        if fails == "raise":
            raise RuntimeError("the image is gone")
        if fails == "policy":
            raise SpawnException("No GPU left, sorry", reason="capacity", status_code=503)
        self.args = [str(SERVER), "exit" if fails == "exit" else "serve"]
        return await super().start()

    async def stop(self, now: bool = False) -> None:
        await asyncio.sleep(self.user_options.get("stop_slow", 0))
        await super().stop(now=now)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        yield {"progress": 50, "message": "نیمهٔ راه"}


class SettingHandler(BaseHandler):  # type: ignore[misc]
    """Lets a test change a setting that the Hub reads at each request."""

    async def get(self, name: str, value: str) -> None:
        self.settings[name] = float(value)


c = get_config()

c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{HUB_PORT}"
c.JupyterHub.subdomain_host = os.environ["HUB_URL"]
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie_secret"
# The proxy is a process of its own, so it goes on while the Hub is stopped.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_API_PORT}"
servers_end_with_hub = "CONTRACT_SERVERS_END" in os.environ
c.JupyterHub.cleanup_servers = servers_end_with_hub
c.JupyterHub.authenticator_class = "null"

if "CONTRACT_PORTAL" in os.environ:
    push_events(
        c,
        portal_url=os.environ["CONTRACT_PORTAL"],
        secrets=[os.environ["CONTRACT_WEBHOOK_SECRET"]],
        state=Path.cwd(),
        servers_end_with_hub=servers_end_with_hub,
    )

c.JupyterHub.services = [
    {"name": "portal", "api_token": os.environ["CONTRACT_TOKEN"]},
    {"name": "reader", "api_token": os.environ["CONTRACT_NARROW_TOKEN"]},
]
c.JupyterHub.load_roles = [
    {"name": "portal", "scopes": ["admin:users", "servers"], "services": ["portal"]},
    {"name": "reader", "scopes": ["read:users:name"], "services": ["reader"]},
]

c.JupyterHub.allow_named_servers = False
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.active_server_limit = 0
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0.01, "slow_stop_timeout": 10}

c.JupyterHub.extra_handlers = [(r"/setting/([a-z_]+)/([0-9.]+)", SettingHandler)]

c.JupyterHub.spawner_class = ScriptedSpawner
c.Spawner.cmd = ["setpriv", "--pdeathsig", "KILL", sys.executable, "-S", "-E"]
c.Spawner.environment = {"CONTRACT_HUB": os.environ["CONTRACT_HUB"]}
c.Spawner.http_timeout = 2
c.Spawner.poll_interval = 1
c.Spawner.consecutive_failure_limit = 0
c.SimpleLocalProcessSpawner.home_dir_template = str(Path.cwd() / "homes" / "{username}")
c.LocalProcessSpawner.interrupt_timeout = 1
c.LocalProcessSpawner.term_timeout = 1
