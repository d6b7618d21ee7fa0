"""The Hub's settings as it would read them, in Compose and on Kubernetes."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import Any

import pytest
from traitlets.config import Config, PyFileConfigLoader

from tests.kubernetes_files import container, resource
from tests.test_env_example import ROOT

HUB_FOLDER = ROOT / "jupyterhub"
SETTINGS: dict[str, str] = resource("ConfigMap", "shaparak")["data"]
SECRETS = {
    "JUPYTERHUB_API_TOKEN": "tests-only-token-of-the-portal",
    "OIDC_CLIENT_SECRET": "tests-only-client-secret",
    "WEBHOOK_SECRET": "whsec_dGVzdHMgb25seTogc2VjcmV0IG9mIHdlYmhvb2tz",
    "JUPYTERHUB_CRYPT_KEY": "ab" * 32,
    "CONFIGPROXY_AUTH_TOKEN": "tests-only-proxy-token",
    "JPY_COOKIE_SECRET": "cd" * 32,
    "HUB_DATABASE_URL": "postgresql+psycopg://jupyterhub:tests-only@postgres/jupyterhub",
}

# Settings that differ between Compose and Kubernetes.
DIFFERENT = {
    ("JupyterHub", name)
    for name in (
        "hub_bind_url",
        "hub_connect_url",
        "db_url",
        "cookie_secret_file",
        "spawner_class",
        "proxy_class",
    )
}


def environment_of_pod() -> dict[str, str]:
    """Return the environment of the Hub's pod, with made-up secrets."""
    hub = container("hub")
    environment = {"SPAWNER": "kubernetes"}  # of the image
    for source in hub["envFrom"]:
        environment |= resource("ConfigMap", source["configMapRef"]["name"])["data"]
    secrets = {entry["name"] for entry in hub["env"]}
    return environment | {name: SECRETS[name] for name in secrets}


def set_environment(environment: Mapping[str, str], patch: pytest.MonkeyPatch) -> None:
    """Set exactly this environment."""
    patch.syspath_prepend(str(HUB_FOLDER))
    for name in os.environ:
        patch.delenv(name)
    for name, value in environment.items():
        patch.setenv(name, value)


def load_config() -> Config:
    loaded: Config = PyFileConfigLoader("jupyterhub_config.py", path=str(HUB_FOLDER)).load_config()
    return loaded


def load_config_of_compose(patch: pytest.MonkeyPatch) -> Config:
    """Load what Compose runs, with the settings that the manifests have."""
    for name in ("SPAWN_SLOTS", "IDLE_TIMEOUT", "SERVER_MAX_AGE"):
        patch.setenv(name, SETTINGS[name])
    patch.setenv("SPAWNER", "containers")
    patch.setenv("HUB_DATABASE_PASSWORD", "tests-only")
    return load_config()


def flat(c: Config) -> dict[tuple[str, str], Any]:
    return {
        (section, name): comparable(value)
        for section, settings in c.items()
        for name, value in settings.items()
    }


def comparable(value: Any) -> Any:
    """Return a class for its dotted name, and names for functions and objects."""
    if isinstance(value, str) and value.startswith("portal_authenticator."):
        module, name = value.rsplit(".", 1)
        return getattr(importlib.import_module(module), name)
    if callable(value) and not isinstance(value, type):
        return value.__qualname__
    if isinstance(value, list):
        return [type(each).__name__ if hasattr(each, "emit") else each for each in value]
    return value


def shared_settings(in_compose: Config) -> dict[tuple[str, str], Any]:
    """Return the settings of Compose that have to be the same on Kubernetes."""
    shared = {
        key: value
        for key, value in flat(in_compose).items()
        if key not in DIFFERENT and key[0] not in {"DockerSpawner", "CryptKeeper"}
    }
    assert len(shared) > 30
    return shared
