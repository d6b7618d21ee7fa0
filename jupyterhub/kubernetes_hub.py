"""Configuration of Zero to JupyterHub's Hub, as far as the chart's values cannot express it.

The chart reads its own configuration first. Fixed settings are values in
deploy/kubernetes/components/chart/; this module has what depends on the environment or needs a
program. Our own manifests use pods.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from environment_source import EnvironmentRefused
from hub_environment import HubEnvironment
from lab_language import configure_lab_language
from lab_origins import configure_lab_origins
from log_filter import hide_keys
from portal_addresses import configure_portal_addresses
from portal_events import push_events
from proxy_checks import configure_proxy_checks
from traitlets.config import Config

# Lost with the Hub's pod. Reconciliation then finds what unsent events would have reported.
STATE = Path("/srv/jupyterhub")


def configure(c: Config) -> None:
    """Configure the Hub. If its environment is wrong, print every problem and exit."""
    try:
        environment = HubEnvironment.read(os.environ)
    except EnvironmentRefused as refused:
        sys.exit(str(refused))
    hide_keys(c)
    configure_portal_addresses(c, environment)
    configure_lab_origins(c, environment)
    configure_lab_language(c)
    configure_proxy_checks(c, idle_timeout=environment.idle_timeout)
    c.JupyterHub.proxy_class = "ownerless_pods.PodCheckingProxy"
    push_events(
        c,
        portal_url=environment.portal_internal_url,
        secrets=environment.webhook_secrets,
        state=STATE,
        servers_end_with_hub=False,
    )
