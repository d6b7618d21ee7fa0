"""OpenID provider: claims about a person, for the Hub."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import User


class HubIdentityAdapter(DefaultOIDCAdapter):
    def get_issuer(self) -> str:
        """Return the same issuer for browsers and for the Hub's server side."""
        return settings.PORTAL_URL

    def populate_server_metadata(self, data: dict[str, str | list[str]]) -> None:
        """Publish what the Hub may use. allauth lists all that it implements."""
        data["grant_types_supported"] = [
            Client.GrantType.AUTHORIZATION_CODE.value,
            Client.GrantType.REFRESH_TOKEN.value,
        ]
        data["response_types_supported"] = [Client.ResponseType.CODE.value]
        data["response_modes_supported"] = ["query"]
        data.pop("device_authorization_endpoint", None)

    def get_claims(
        self, purpose: Any, user: User, client: Client, scopes: Iterable[str], **kwargs: Any
    ) -> dict[str, Any]:
        """Add `hub_username`, the person's name on the Hub.

        Raises:
            PermissionDenied: the account is inactive, or the Hub's user of this name is not yet
                known to belong to it. Signing in creates users on the Hub, and would open the home
                of the name's former owner.
        """
        if user.hub_user_created_at is None or not user.is_active:
            raise PermissionDenied
        claims = super().get_claims(purpose, user, client, scopes, **kwargs)
        return claims | {"hub_username": user.hub_username}
