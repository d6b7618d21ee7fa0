"""Every user's server is a container of its own (docker-compose.yml)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote

from container_settings import ContainerSettings
from environment_source import EnvironmentRefused
from hub_environment import HubEnvironment
from traitlets.config import Config

# Names in docker-compose.yml, under which containers find one another.
HUB = "jupyterhub"
PROXY = "proxy"
DATABASE = "postgres"

STATE = Path("/srv/jupyterhub")  # the volume jupyterhub_data
HOME = "/home/user"  # in Dockerfile.singleuser


def configure(c: Config, environment: HubEnvironment) -> Path:
    """Return the folder of the Hub's own state."""
    try:
        settings = ContainerSettings.read(os.environ)
    except EnvironmentRefused as refused:
        sys.exit(str(refused))
    _bind(c)
    _keep_state(c, settings)
    _start_servers(c, settings)
    return STATE


def _bind(c: Config) -> None:
    c.JupyterHub.bind_url = "http://0.0.0.0:8000"
    c.ConfigurableHTTPProxy.api_url = f"http://{PROXY}:8001"
    c.JupyterHub.hub_bind_url = "http://0.0.0.0:8081"
    c.JupyterHub.hub_connect_url = f"http://{HUB}:8081"


def _keep_state(c: Config, settings: ContainerSettings) -> None:
    password = quote(settings.database_password, safe="")
    c.JupyterHub.db_url = f"postgresql+psycopg://jupyterhub:{password}@{DATABASE}/jupyterhub"
    # hub_database.sh has made a copy just before.
    c.JupyterHub.upgrade_db = True
    c.JupyterHub.cookie_secret_file = f"{STATE}/cookie-secret"
    # Servers are containers beside the Hub's, and the proxy is one too: both outlive its restart.
    c.JupyterHub.cleanup_servers = False


def _start_servers(c: Config, settings: ContainerSettings) -> None:
    c.JupyterHub.spawner_class = "container_spawner.ContainerSpawner"
    c.DockerSpawner.image = settings.image
    c.DockerSpawner.network_name = settings.network
    c.DockerSpawner.use_internal_ip = True
    # The container goes with its server; what a person keeps is in the volume.
    c.DockerSpawner.name_template = "shaparak-jupyter-{username}"
    c.DockerSpawner.volumes = {"shaparak-home-{username}": HOME}
    c.DockerSpawner.remove = True
    c.DockerSpawner.mem_limit = settings.memory
    c.DockerSpawner.cpu_limit = settings.cpus
    c.DockerSpawner.extra_create_kwargs = {"labels": {"org.shaparak.part": "user-server"}}
    c.DockerSpawner.extra_host_config = {
        "init": True,  # reaps what notebooks leave behind
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": 512,
        # A part of the portal has 1024: where processors are short, notebooks at work keep nobody
        # from their page (docs/adr/0015-the-hub-goes-first.md).
        "cpu_shares": 256,
    }
    c.DockerSpawner.start_timeout = 120
    # How long a container that was killed still counts as running.
    c.DockerSpawner.poll_interval = 10
