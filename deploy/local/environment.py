"""The environment that all parts of a copy run in. Secrets are in it only as the paths of files."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from deploy.local.trial import Trial

# What a shell, make or an activated venv leaves behind, and no part should hear of.
NOT_INHERITED = frozenset(
    {"MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}
)


def settings(trial: Trial, secret_files: Mapping[str, Path]) -> dict[str, str]:
    """What this copy decides. Other settings come from whoever calls `make up`."""
    return {
        "SHAPARAK_MODE": "trial",
        "SHAPARAK_VAR": str(trial.var),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_PORT": str(trial.portal_port),
        "HUB_PORT": str(trial.hub_port),
        "PORTAL_URL": trial.portal_url,
        "PORTAL_INTERNAL_URL": trial.portal_internal_url,
        "HUB_URL": trial.hub_url,
        "JUPYTERHUB_API_URL": trial.hub_api_url,
        **{f"{name}_FILE": str(path) for name, path in secret_files.items()},
    }


def environment(
    inherited: Mapping[str, str], trial: Trial, secret_files: Mapping[str, Path]
) -> dict[str, str]:
    # A token exported for some other Hub is not this copy's.
    dropped = NOT_INHERITED | secret_files.keys()
    kept = {name: value for name, value in inherited.items() if name not in dropped}
    return kept | settings(trial, secret_files) | {"PYTHONUNBUFFERED": "1"}


def as_env_file(values: Mapping[str, str]) -> str:
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in values.items()]
    return "# Written by `make up`, for manage.py commands on this copy.\n" + "".join(lines)
