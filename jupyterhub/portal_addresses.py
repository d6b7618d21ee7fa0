"""Settings of the Hub that depend on the portal's addresses."""

from __future__ import annotations

from hub_environment import HubEnvironment
from traitlets.config import Config


def configure_portal_addresses(c: Config, environment: HubEnvironment) -> None:
    identity_outside = f"{environment.portal_url}/identity/o"
    identity_inside = f"{environment.portal_internal_url}/identity/o/api"
    c.PortalAuthenticator.portal_url = environment.portal_url
    c.PortalAuthenticator.portal_secrets = list(environment.webhook_secrets)
    c.PortalAuthenticator.client_secret = environment.oidc_client_secret
    c.PortalAuthenticator.oauth_callback_url = f"{environment.hub_url}/hub/oauth_callback"
    c.PortalAuthenticator.authorize_url = f"{identity_outside}/authorize"
    c.PortalAuthenticator.token_url = f"{identity_inside}/token"
    c.PortalAuthenticator.userdata_url = f"{identity_inside}/userinfo"
    c.PortalAuthenticator.logout_redirect_url = f"{environment.portal_url}/?signed-out=1"
    c.JupyterHub.default_url = f"{environment.portal_url}/dashboard/"
    c.JupyterHub.template_vars = {"portal_url": environment.portal_url}
