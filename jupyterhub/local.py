"""Configuration of the Hub in the trial mode: each user's server is a process on this host."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from hub_environment import HubEnvironment
from local_spawner import LocalSpawner
from traitlets.config import Config

from deploy.process_ties import tied_to_parent

HERE = Path(__file__).resolve().parent
LAB_CONFIGURATION = HERE / "lab"
USER_SERVER = HERE / "user_server.py"

# Users' processes inherit nothing else. The Hub's own environment names the files of secrets.
INHERITED_ENVIRONMENT = ["LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "TZ"]


def configure(c: Config, environment: HubEnvironment) -> Path:
    """Configure the Hub. Return the folder of its own state."""
    _configure_addresses(c, urlsplit(environment.hub_url).port or 80)
    _configure_servers(c, environment.var)
    return _configure_state(c, environment.var)


def _configure_addresses(c: Config, port: int) -> None:
    """Use three ports in a row: for browsers, for the proxy's API and for the Hub itself."""
    c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{port + 1}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{port + 2}"


def _configure_state(c: Config, var: Path) -> Path:
    state = var / "jupyterhub"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    c.JupyterHub.db_url = f"sqlite:///{state / 'jupyterhub.sqlite'}"
    # A newer Hub migrates the database by itself, and backs it up first.
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = str(state / "cookie-secret")
    return state


def _configure_servers(c: Config, var: Path) -> None:
    c.JupyterHub.spawner_class = LocalSpawner
    c.LocalSpawner.homes = str(var / "homes")
    c.LocalSpawner.logs = str(var / "logs" / "servers")
    c.LocalSpawner.ip = "127.0.0.1"
    c.LocalSpawner.cmd = tied_to_parent([sys.executable, str(USER_SERVER)])
    c.LocalSpawner.args = ["--allow-root"] if os.geteuid() == 0 else []
    c.LocalSpawner.env_keep = INHERITED_ENVIRONMENT
    c.LocalSpawner.environment = {
        # A terminal then finds the same Python as a notebook.
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        ),
        "JUPYTER_CONFIG_PATH": str(LAB_CONFIGURATION),
    }
    # Seconds. When a whole class starts on a small host, its servers compete for the processor.
    c.LocalSpawner.start_timeout = 120
    c.LocalSpawner.poll_interval = 5  # seconds until the Hub notices a killed process
    # Servers end with the Hub. The times (seconds) let `make up` end within ten seconds.
    c.JupyterHub.cleanup_servers = True
    c.LocalSpawner.interrupt_timeout = 2
    c.LocalSpawner.term_timeout = 1
    c.LocalSpawner.kill_timeout = 1
