"""Production: every user's server is a container of its own."""

from __future__ import annotations

from hub_environment import HubEnvironment
from traitlets.config import Config


def configure(c: Config, environment: HubEnvironment) -> None:
    raise NotImplementedError
