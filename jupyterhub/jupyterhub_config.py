"""Configuration of the Hub behind the portal.

local.py (the trial mode), containers.py (Compose) and pods.py (Kubernetes) add the spawner and what
else differs. Whoever runs the Hub of Zero to JupyterHub has these settings as values of that chart;
tests/test_chart_values.py compares them.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The Hub executes this file, so the modules beside it and `deploy` have to be put on the path. The
# repository comes last: its folder jupyterhub/ must not hide JupyterHub's own package.
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent))

import containers  # noqa: E402
import local  # noqa: E402
import pods  # noqa: E402
from environment_source import EnvironmentRefused  # noqa: E402
from hub_environment import HubEnvironment  # noqa: E402
from lab_language import configure_lab_language  # noqa: E402
from lab_origins import configure_lab_origins  # noqa: E402
from log_filter import hide_keys  # noqa: E402
from portal_addresses import configure_portal_addresses  # noqa: E402
from portal_authenticator import PortalAuthenticator  # noqa: E402
from portal_events import push_events  # noqa: E402
from proxy_checks import configure_proxy_checks  # noqa: E402

from deploy.process_ties import tied_to_parent  # noqa: E402

try:
    environment = HubEnvironment.read(os.environ)
except EnvironmentRefused as refused:
    sys.exit(str(refused))

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (given by traitlets)

hide_keys(c)

# ── Sign-in ──────────────────────────────────────────────────────────────────────────────────────
configure_portal_addresses(c, environment)
configure_lab_origins(c, environment)
c.JupyterHub.authenticator_class = PortalAuthenticator
c.PortalAuthenticator.login_service = "Shaparak"
c.PortalAuthenticator.client_id = "jupyterhub"
c.PortalAuthenticator.scope = ["openid", "profile"]
c.PortalAuthenticator.username_claim = "hub_username"
c.PortalAuthenticator.enable_pkce = True
c.PortalAuthenticator.auto_login = True
# The portal decides who may sign in.
c.PortalAuthenticator.allow_all = True
c.PortalAuthenticator.enable_auth_state = True
# A refresh before a start answers 500 for a stale cookie. The portal checks before each start.
c.PortalAuthenticator.refresh_pre_spawn = False
# The names that the portal issues (accounts/hub_usernames.py). Folders, containers and volumes are
# named after them.
c.PortalAuthenticator.username_pattern = r"\A[a-z][a-z0-9-]{0,29}\Z"
c.PortalAuthenticator.http_request_kwargs = {"connect_timeout": 3, "request_timeout": 10}
c.CryptKeeper.keys = list(environment.crypt_keys)

# ── Permissions ──────────────────────────────────────────────────────────────────────────────────
culler = "idle-culler"
cull_interval = max(1, min(environment.idle_timeout // 2, environment.max_age // 2, 300))  # seconds
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
                # A server reports its own activity: without this one it could run for ever.
                f"--max-age={environment.max_age}",
                f"--cull-every={cull_interval}",
            ]
        ),
    },
]
c.JupyterHub.load_roles = [
    # Exactly what the portal needs. Not access:servers, which opens everybody's notebooks.
    {"name": "portal", "services": ["portal"], "scopes": ["admin:users", "servers"]},
    {
        "name": culler,
        "services": [culler],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    },
    # People use their own server; only the portal starts and stops it. A server reports activity
    # with users:activity, and signs its owner in with read:users.
    {
        "name": "user",
        "scopes": ["access:servers!user", "read:users!user", "users:activity!user"],
    },
]

# ── Servers ──────────────────────────────────────────────────────────────────────────────────────
c.JupyterHub.allow_named_servers = False
c.JupyterHub.tornado_settings = {
    # Seconds. The portal follows the progress stream, so a start request is answered at once.
    "slow_spawn_timeout": 0.01,
    # Less than the smallest HUB_READ_TIMEOUT of the portal, 5 seconds.
    "slow_stop_timeout": 3,
}
# Cookies of the Hub and the Labs end with the browser. Users' servers get these options as well.
c.JupyterHub.tornado_settings["cookie_options"] = {"expires_days": None}
# A working day: the Hub's cookie is refused when it is older, and the token that is a Lab's cookie
# lasts as long (oauth_token_expires_in). The portal's SESSION_COOKIE_AGE is the same.
c.JupyterHub.cookie_max_age_days = 10 / 24
if environment.hub_url.startswith("https://"):
    # TLS ends at the edge, and the Hub cannot see it.
    c.JupyterHub.tornado_settings["cookie_options"]["secure"] = True
# Above the portal's own limit: reached only if somebody else starts servers as well. The Hub then
# answers 429, and the portal requeues the start.
c.JupyterHub.concurrent_spawn_limit = environment.spawn_slots + 4
# Otherwise many accounts with a server each would fill the host.
c.JupyterHub.active_server_limit = environment.active_servers
c.Spawner.default_url = "/lab"
configure_lab_language(c)
c.Spawner.http_timeout = 20  # seconds until the start of a process that never answers fails
# By default, five failed starts in a row, of any users, end the Hub.
c.Spawner.consecutive_failure_limit = 0

# ── Pages ────────────────────────────────────────────────────────────────────────────────────────
c.JupyterHub.template_paths = [str(HERE / "templates")]
c.JupyterHub.authenticate_prometheus = not environment.open_metrics

# ── The proxy ────────────────────────────────────────────────────────────────────────────────────
# A process of its own, so that running servers can be reached while the Hub restarts.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.auth_token = environment.proxy_auth_token
configure_proxy_checks(c, idle_timeout=environment.idle_timeout)

if environment.trial:
    state = local.configure(c, environment)
elif environment.spawner == "kubernetes":
    state = pods.configure(c, environment)
else:
    state = containers.configure(c, environment)

# ── Events for the portal ────────────────────────────────────────────────────────────────────────
push_events(
    c,
    portal_url=environment.portal_internal_url,
    secrets=environment.webhook_secrets,
    state=state,
    servers_end_with_hub=environment.trial,
)
