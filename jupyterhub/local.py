"""The trial mode: users' servers are processes on this host, beside everything else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from hub_environment import HubEnvironment
from local_spawner import LocalSpawner
from process_ties import tied_to_parent
from traitlets.config import Config

HERE = Path(__file__).resolve().parent
LAB_CONFIGURATION = HERE / "lab"
USER_SERVER = HERE / "user_server.py"

# All that a user's process inherits. The Hub's own environment names the portal's secrets.
KEPT_ENVIRONMENT = ["LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TZ"]


def configure(c: Config, environment: HubEnvironment) -> Path:
    """Return the folder of the Hub's own state."""
    _bind(c, urlsplit(environment.hub_url).port or 80)
    _start_servers(c, environment.var)
    return _keep_state(c, environment.var)


def _bind(c: Config, port: int) -> None:
    """Three ports in a row, of which only the first is for browsers."""
    c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 1}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 2}"


def _keep_state(c: Config, var: Path) -> Path:
    state = var / "jupyterhub"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"
    # A newer version of the Hub carries the trial's data over by itself, and keeps a copy.
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = str(state / "cookie-secret")
    return state


def _start_servers(c: Config, var: Path) -> None:
    c.JupyterHub.spawner_class = LocalSpawner
    c.LocalSpawner.homes = str(var / "homes")
    c.LocalSpawner.logs = str(var / "logs" / "servers")
    c.LocalSpawner.ip = "127.0.0.1"
    c.LocalSpawner.cmd = tied_to_parent([sys.executable, str(USER_SERVER)])
    c.LocalSpawner.args = ["--allow-root"] if os.geteuid() == 0 else []
    c.LocalSpawner.env_keep = KEPT_ENVIRONMENT
    c.LocalSpawner.environment = {
        # So that a terminal finds the same Python as a notebook.
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        ),
        "JUPYTER_CONFIG_PATH": str(LAB_CONFIGURATION),
    }
    # A class starts together on a small host, and waits its turn for the processor.
    c.LocalSpawner.start_timeout = 120
    # Nothing else tells the Hub of a process that was killed.
    c.LocalSpawner.poll_interval = 5
    # Servers end with the Hub, and soon enough for the whole to end within ten seconds.
    c.JupyterHub.cleanup_servers = True
    c.LocalSpawner.interrupt_timeout = 2
    c.LocalSpawner.term_timeout = 1
    c.LocalSpawner.kill_timeout = 1
