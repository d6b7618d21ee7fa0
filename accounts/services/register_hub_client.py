"""Registration of the Hub at the portal's OpenID provider."""

from allauth.idp.oidc.models import Client
from django.conf import settings


def register_hub_client() -> Client:
    """Create or update the OIDC client `jupyterhub` from the settings, and return it."""
    client = Client.objects.filter(pk=settings.OIDC_CLIENT_ID).first() or Client(
        pk=settings.OIDC_CLIENT_ID
    )
    client.name = "JupyterHub"
    client.type = Client.Type.CONFIDENTIAL
    # The portal's own Hub: signing in here already expresses consent.
    client.skip_consent = True
    client.set_scopes(["openid", "profile"])
    client.set_default_scopes(["openid"])
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN])
    client.set_response_types([Client.ResponseType.CODE])
    client.set_redirect_uris([f"{settings.HUB_URL}/hub/oauth_callback"])
    if not client.secret or not client.check_secret(settings.OIDC_CLIENT_SECRET):
        client.set_secret(settings.OIDC_CLIENT_SECRET)
    client.save()
    return client
