"""The Hub behind the portal: what is common to every way of running users' servers.

The spawner of each way is in the file of its own: local.py for the trial mode, containers.py else.
On Kubernetes these settings are values of a chart, which a test holds against this file.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The Hub runs this file without importing it, so its neighbours need a place on the path.
sys.path.insert(0, str(HERE))

import containers  # noqa: E402
import local  # noqa: E402
from environment_source import EnvironmentRefused  # noqa: E402
from hub_environment import HubEnvironment  # noqa: E402
from portal_addresses import lead_to_portal  # noqa: E402
from portal_authenticator import PortalAuthenticator  # noqa: E402
from portal_events import push_events  # noqa: E402
from process_ties import tied_to_parent  # noqa: E402

try:
    environment = HubEnvironment.read(os.environ)
except EnvironmentRefused as refused:
    sys.exit(str(refused))

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (given by traitlets)

# ── Sign-in ──────────────────────────────────────────────────────────────────────────────────────
lead_to_portal(c, environment)
c.JupyterHub.authenticator_class = PortalAuthenticator
c.PortalAuthenticator.login_service = "Shaparak"
c.PortalAuthenticator.client_id = "jupyterhub"
c.PortalAuthenticator.scope = ["openid", "profile"]
c.PortalAuthenticator.username_claim = "hub_username"
c.PortalAuthenticator.enable_pkce = True
c.PortalAuthenticator.auto_login = True
# Whom the portal signs in is allowed: it is the one that knows who may.
c.PortalAuthenticator.allow_all = True
c.PortalAuthenticator.enable_auth_state = True
# A refresh before a start answers 500 when the cookie is stale. The portal checks before it asks.
c.PortalAuthenticator.refresh_pre_spawn = False
# The names that the portal issues, and no others: they name folders, containers and volumes.
c.PortalAuthenticator.username_pattern = r"^[a-z][a-z0-9-]{0,29}\Z"
c.PortalAuthenticator.http_request_kwargs = {"connect_timeout": 3, "request_timeout": 10}
c.CryptKeeper.keys = list(environment.crypt_keys)

# ── Who may do what ──────────────────────────────────────────────────────────────────────────────
culler = "idle-culler"
c.JupyterHub.services = [
    {"name": "portal", "api_token": environment.api_token},
    {
        "name": culler,
        "command": tied_to_parent(
            [
                sys.executable,
                "-m",
                "jupyterhub_idle_culler",
                f"--timeout={environment.idle_timeout}",
                f"--cull-every={max(1, min(environment.idle_timeout // 2, 300))}",
            ]
        ),
    },
]
c.JupyterHub.load_roles = [
    # Exactly what the portal calls. Not access:servers, which opens everybody's notebooks.
    {"name": "portal", "services": ["portal"], "scopes": ["admin:users", "servers"]},
    {
        "name": culler,
        "services": [culler],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    },
    # A person uses their own server; starting and stopping it is the portal's. Without
    # users:activity a server cannot report that it is used; without read:users the Lab cannot sign
    # its owner in.
    {
        "name": "user",
        "scopes": ["access:servers!user", "read:users!user", "users:activity!user"],
    },
]

# ── Servers ──────────────────────────────────────────────────────────────────────────────────────
c.JupyterHub.allow_named_servers = False
c.JupyterHub.tornado_settings = {
    # The portal follows the progress stream, so a call for a start is answered at once.
    "slow_spawn_timeout": 0.01,
    # Under the shortest read timeout that the portal can be given.
    "slow_stop_timeout": 3,
}
if environment.hub_url.startswith("https://"):
    # TLS ends at the edge, and the Hub cannot see it.
    c.JupyterHub.tornado_settings["cookie_options"] = {"secure": True}
# Above what the portal keeps in flight, so that it meets the limit only when somebody else starts
# servers as well. Beyond the limit the Hub answers 429, and the portal's start goes back in line.
c.JupyterHub.concurrent_spawn_limit = environment.spawn_slots + 4
c.Spawner.default_url = "/lab"
# A process that is there but never answers stays "starting" for as long as this.
c.Spawner.http_timeout = 20
# Else five failed starts in a row, of anybody, end the Hub.
c.Spawner.consecutive_failure_limit = 0

# ── Pages ────────────────────────────────────────────────────────────────────────────────────────
c.JupyterHub.template_paths = [str(HERE / "templates")]
c.JupyterHub.authenticate_prometheus = not environment.open_metrics

# ── The proxy ────────────────────────────────────────────────────────────────────────────────────
# A process of its own, so that running servers stay within reach while the Hub restarts.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.auth_token = environment.proxy_auth_token
# Seconds until a proxy that was started again has its routes back, the Hub's own among them. The
# Hub looks only when it reads from the proxy who was active: every five minutes unless told.
c.JupyterHub.last_activity_interval = 10

state = (local if environment.trial else containers).configure(c, environment)

# ── What the portal is told at once ──────────────────────────────────────────────────────────────
push_events(
    c,
    portal_url=environment.portal_internal_url,
    secrets=environment.webhook_secrets,
    state=state,
    servers_end_with_hub=environment.trial,
)
