"""Configuration of the Hub on Kubernetes: each user's server is a pod."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from environment_source import EnvironmentRefused
from hub_environment import HubEnvironment
from pod_settings import PodSettings
from traitlets.config import Config

# Services in deploy/kubernetes/hub.yaml and proxy.yaml.
HUB = "hub"
PROXY_API = "proxy-api"

STATE = Path("/srv/jupyterhub")  # the claim hub-state
HOME = "/home/user"  # in Dockerfile.singleuser
USER_ID = 1000  # in Dockerfile.singleuser

MIB = 1024**2


def configure(c: Config, environment: HubEnvironment) -> Path:
    """Configure the Hub. Return the folder of its own state."""
    try:
        settings = PodSettings.read(os.environ)
    except EnvironmentRefused as refused:
        sys.exit(str(refused))
    _configure_addresses(c)
    _configure_state(c, settings)
    _configure_servers(c, settings)
    _configure_homes(c, settings)
    return STATE


def _configure_addresses(c: Config) -> None:
    c.JupyterHub.bind_url = "http://0.0.0.0:8000"
    c.ConfigurableHTTPProxy.api_url = f"http://{PROXY_API}:8001"
    c.JupyterHub.hub_bind_url = "http://0.0.0.0:8081"
    c.JupyterHub.hub_connect_url = f"http://{HUB}:8081"
    c.JupyterHub.proxy_class = "ownerless_pods.PodCheckingProxy"


def _configure_state(c: Config, settings: PodSettings) -> None:
    c.JupyterHub.db_url = settings.database_url
    c.JupyterHub.upgrade_db = True  # docs/kubernetes.md: back it up before
    c.JupyterHub.cookie_secret_file = f"{STATE}/cookie-secret"
    # Pods and the proxy keep running while the Hub restarts.
    c.JupyterHub.cleanup_servers = False


def _configure_servers(c: Config, settings: PodSettings) -> None:
    c.JupyterHub.spawner_class = "kubernetes_spawner.KubernetesSpawner"
    c.KubeSpawner.image = settings.image
    c.KubeSpawner.image_pull_policy = "IfNotPresent"
    c.KubeSpawner.cmd = ["python", "/opt/shaparak/user_server.py"]
    c.KubeSpawner.mem_limit = settings.memory
    c.KubeSpawner.mem_guarantee = settings.memory_request
    c.KubeSpawner.cpu_limit = settings.cpus
    c.KubeSpawner.cpu_guarantee = settings.cpu_request
    # Of the node's disk: the log, /tmp, and all that is not in the home. A pod above it is evicted.
    c.KubeSpawner.extra_resource_limits = {"ephemeral-storage": "2Gi"}
    c.KubeSpawner.extra_labels = {"org.shaparak.part": "user-server"}
    c.KubeSpawner.start_timeout = 300  # a node may have to start and pull the image first
    c.KubeSpawner.poll_interval = 10  # seconds until the Hub notices a pod that it did not watch
    c.KubeSpawner.uid = c.KubeSpawner.gid = c.KubeSpawner.fs_gid = USER_ID
    c.KubeSpawner.allow_privilege_escalation = False
    c.KubeSpawner.pod_security_context = {
        "runAsNonRoot": True,
        # By default each start makes every file of a home writable for its group: that is slow, and
        # ssh refuses such a key.
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    c.KubeSpawner.container_security_context = {
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def _configure_homes(c: Config, settings: PodSettings) -> None:
    c.KubeSpawner.storage_pvc_ensure = True
    c.KubeSpawner.pvc_name_template = "home-{user_server}"
    c.KubeSpawner.storage_capacity = f"{settings.home_size // MIB}Mi"
    c.KubeSpawner.storage_class = settings.storage_class
    c.KubeSpawner.storage_access_modes = ["ReadWriteOnce"]
    # Deactivating an account deletes the Hub's user; by default that destroys the home.
    c.KubeSpawner.delete_pvc = False
    c.KubeSpawner.volumes = {
        "home": {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}},
        "tmp": {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
        "shm": {
            "name": "shm",
            # Counted as the server's memory.
            "emptyDir": {"medium": "Memory", "sizeLimit": settings.memory // 4},
        },
    }
    c.KubeSpawner.volume_mounts = {
        "home": {"name": "home", "mountPath": HOME},
        "tmp": {"name": "tmp", "mountPath": "/tmp", "subPath": "tmp"},  # noqa: S108
        "var-tmp": {"name": "tmp", "mountPath": "/var/tmp", "subPath": "var-tmp"},  # noqa: S108
        "shm": {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108
    }
