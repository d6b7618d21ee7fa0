"""Configuration of the Hub in Compose: each user's server is a container (docker-compose.yml)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote

from container_settings import ContainerSettings
from environment_source import EnvironmentRefused
from hub_environment import HubEnvironment
from traitlets.config import Config

# Host names of the services in docker-compose.yml.
HUB = "jupyterhub"
PROXY = "proxy"
DATABASE = "postgres"

STATE = Path("/srv/jupyterhub")  # the volume jupyterhub_data
HOME = "/home/user"  # in Dockerfile.singleuser
TMPFS_OPTIONS = "rw,exec,nosuid,nodev,mode=1777"


def configure(c: Config, environment: HubEnvironment) -> Path:
    """Configure the Hub. Return the folder of its own state."""
    try:
        settings = ContainerSettings.read(os.environ)
    except EnvironmentRefused as refused:
        sys.exit(str(refused))
    _configure_addresses(c)
    _configure_state(c, settings)
    _configure_servers(c, settings)
    return STATE


def _configure_addresses(c: Config) -> None:
    c.JupyterHub.bind_url = "http://0.0.0.0:8000"
    c.ConfigurableHTTPProxy.api_url = f"http://{PROXY}:8001"
    c.JupyterHub.hub_bind_url = "http://0.0.0.0:8081"
    c.JupyterHub.hub_connect_url = f"http://{HUB}:8081"


def _configure_state(c: Config, settings: ContainerSettings) -> None:
    password = quote(settings.database_password, safe="")
    c.JupyterHub.db_url = f"postgresql+psycopg://jupyterhub:{password}@{DATABASE}/jupyterhub"
    # hub_database.sh has backed it up just before.
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = f"{STATE}/cookie-secret"
    # Servers and the proxy are containers of their own, and keep running while the Hub restarts.
    c.JupyterHub.cleanup_servers = False


def _configure_servers(c: Config, settings: ContainerSettings) -> None:
    c.JupyterHub.spawner_class = "container_spawner.ContainerSpawner"
    c.DockerSpawner.image = settings.image
    c.DockerSpawner.network_name = settings.network
    c.DockerSpawner.use_internal_ip = True
    # The container is removed with its server. Users' files are in the volume.
    c.DockerSpawner.name_template = "shaparak-jupyter-{username}"
    c.DockerSpawner.volumes = {"shaparak-home-{username}": HOME}
    c.DockerSpawner.remove = True
    c.DockerSpawner.mem_limit = settings.memory
    c.DockerSpawner.cpu_limit = settings.cpus
    c.DockerSpawner.extra_create_kwargs = {"labels": {"org.shaparak.part": "user-server"}}
    c.DockerSpawner.extra_host_config = {
        "init": True,  # reaps processes that notebooks leave behind
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": 512,
        # A part of the portal has 1024: on busy processors, pages come before notebooks
        # (docs/adr/0015-the-hub-goes-first.md).
        "cpu_shares": 256,
        # Nothing of a server but its home is on the host's disk without a limit. The socket guard
        # requires these very values: deploy/socket_guard/server_limits.py has the reasons.
        "read_only": True,
        "tmpfs": {
            "/tmp": f"{TMPFS_OPTIONS},size={settings.memory // 2}",  # noqa: S108
            "/var/tmp": f"{TMPFS_OPTIONS},size={settings.memory // 16}",  # noqa: S108
        },
        "shm_size": settings.memory // 4,
        "log_config": {"type": "json-file", "config": {"max-size": "5m", "max-file": "2"}},
        "ulimits": [{"name": "core", "soft": 0, "hard": 0}],
    }
    c.DockerSpawner.start_timeout = 120
    c.DockerSpawner.poll_interval = 10  # seconds until the Hub notices a killed container
