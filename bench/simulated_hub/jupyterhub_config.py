"""Configuration of the bench's JupyterHub: unaltered but for its spawner, behind npm's proxy.

All other settings are the Hub's defaults: at most 100 pending starts, no limit of servers, SQLite.
`BENCH_SLOW_SPAWN_TIMEOUT` is the one setting that the portal asks of a Hub; one measurement changes
how activities are read.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from simulated_spawner import SimulatedSpawner

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (given by traitlets)

PROXY_PORT, PROXY_API_PORT, HUB_PORT, SERVERS_PORT = os.environ["BENCH_HUB_PORTS"].split(",")

c.JupyterHub.bind_url = f"http://127.0.0.1:{PROXY_PORT}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{HUB_PORT}"
c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie_secret"
# Every name signs in with any password, for the measurement of the Hub's own pages.
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True

# The proxy is its own process and servers outlive the Hub, as in the product's containers.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_API_PORT}"
c.JupyterHub.cleanup_servers = False

c.JupyterHub.services = [{"name": "portal", "api_token": os.environ["BENCH_HUB_TOKEN"]}]
c.JupyterHub.load_roles = [
    {"name": "portal", "scopes": ["admin:users", "servers"], "services": ["portal"]},
]

if slow_spawn_timeout := os.environ.get("BENCH_SLOW_SPAWN_TIMEOUT"):
    c.JupyterHub.tornado_settings = {"slow_spawn_timeout": float(slow_spawn_timeout)}

# For the measurement of the Hub's own time.
if interval := os.environ.get("BENCH_LAST_ACTIVITY_INTERVAL"):
    c.JupyterHub.last_activity_interval = int(interval)
if idle_timeout := os.environ.get("BENCH_PROXY_CHECKS"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "jupyterhub"))
    from proxy_checks import configure_proxy_checks

    configure_proxy_checks(c, idle_timeout=int(idle_timeout))

c.JupyterHub.spawner_class = SimulatedSpawner
c.SimulatedSpawner.folder = os.environ["BENCH_LIVES"]
c.SimulatedSpawner.server_port = int(SERVERS_PORT)
c.SimulatedSpawner.seconds = float(os.environ["BENCH_SERVER_SECONDS"])
