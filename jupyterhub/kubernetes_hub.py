"""What the values of Zero to JupyterHub cannot say (deploy/kubernetes/jupyterhub-values.yaml).

That chart has a configuration of its own, read before this. All that is fixed is in the values;
here is what depends on the environment, and what takes a program.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from environment_source import EnvironmentRefused
from hub_environment import HubEnvironment
from portal_addresses import lead_to_portal
from portal_events import push_events
from traitlets.config import Config

# As long as the Hub's pod: what could not be told before that is gone is found by comparing.
STATE = Path("/srv/jupyterhub")


def configure(c: Config) -> None:
    """Ends the Hub when its environment is wrong, saying everything that is."""
    try:
        environment = HubEnvironment.read(os.environ)
    except EnvironmentRefused as refused:
        sys.exit(str(refused))
    lead_to_portal(c, environment)
    push_events(
        c,
        portal_url=environment.portal_internal_url,
        secrets=environment.webhook_secrets,
        state=STATE,
        servers_end_with_hub=False,
    )
