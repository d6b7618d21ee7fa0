"""What the portal, as OpenID provider, tells the Hub about a person."""

from collections.abc import Iterable
from typing import Any

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import User


class HubIdentityAdapter(DefaultOIDCAdapter):
    def get_issuer(self) -> str:
        """One issuer, whether the browser or the Hub's server side asks."""
        return settings.PORTAL_URL

    def get_claims(
        self, purpose: Any, user: User, client: Client, scopes: Iterable[str], **kwargs: Any
    ) -> dict[str, Any]:
        """Add `hub_username`, the Hub's name for this person.

        Refused until the Hub's user of that name is known to be this account's own: signing in
        creates users on the Hub, and would open the home of whoever had the name before.
        """
        if user.hub_user_created_at is None or not user.is_active:
            raise PermissionDenied
        claims = super().get_claims(purpose, user, client, scopes, **kwargs)
        return claims | {"hub_username": user.hub_username}
