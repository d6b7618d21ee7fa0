"""Environment of all parts of a copy. It has the paths of secret files, and no secret."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from deploy.local.trial import Trial

# Left by make, a shell or an activated venv; no part may inherit them.
NOT_INHERITED = frozenset(
    {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}
)


def settings(trial: Trial, secret_files: Mapping[str, Path]) -> dict[str, str]:
    """Return the settings that this copy decides. Others come from the caller's environment."""
    return {
        "SHAPARAK_MODE": "trial",
        "SHAPARAK_VAR": str(trial.var),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_PORT": str(trial.portal_port),
        "HUB_PORT": str(trial.hub_port),
        "PORTAL_URL": trial.portal_url,
        "PORTAL_INTERNAL_URL": trial.portal_internal_url,
        "HUB_URL": trial.hub_url,
        "HUB_PROXY_URL": trial.hub_proxy_url,
        "LAB_SUBDOMAINS": str(trial.lab_subdomains).lower(),
        "JUPYTERHUB_API_URL": trial.hub_api_url,
        **{f"{name}_FILE": str(path) for name, path in secret_files.items()},
    }


def environment(
    inherited: Mapping[str, str], trial: Trial, secret_files: Mapping[str, Path]
) -> dict[str, str]:
    """Return the caller's environment with this copy's settings."""
    # A token that is exported for another Hub is not this copy's.
    dropped = NOT_INHERITED | secret_files.keys()
    kept = {name: value for name, value in inherited.items() if name not in dropped}
    return kept | settings(trial, secret_files) | {"PYTHONUNBUFFERED": "1"}


def as_env_file(values: Mapping[str, str]) -> str:
    """Return the settings as an env file."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    return "# Written by `make up`, for manage.py commands on this copy.\n" + "".join(lines)
