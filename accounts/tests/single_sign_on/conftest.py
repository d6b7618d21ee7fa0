"""Fixtures of single sign-on: Sara's browser, and the Hub as OpenID client."""

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.register_hub_client import register_hub_client
from accounts.tests.single_sign_on.hub_side import Hub, code_of


@pytest.fixture(autouse=True)
def registered(db: None) -> OidcClient:
    return register_hub_client()


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with a user of her own on the Hub."""
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    sara.refresh_from_db()
    return sara


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(sara)
    return client


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def tokens(browser: Client, hub: Hub) -> dict[str, str]:
    return hub.redeem(code_of(browser.get(hub.authorize_url()))).json()
