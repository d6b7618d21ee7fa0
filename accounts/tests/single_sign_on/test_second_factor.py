"""Sign-in to the Hub of a person with a second factor."""

from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.second_factor.app import app_of, enter_code, sign_in
from accounts.tests.single_sign_on.hub_side import Hub, code_of


def test_hub_sign_in_goes_on_after_second_step(client: Client, sara: User, hub: Hub) -> None:
    app = app_of(sara)
    page = client.get(hub.authorize_url())
    assert urlsplit(page.url).path == reverse("account_login")

    sign_in(client, next=hub.authorize_url())
    response = client.get(enter_code(client, app.code()).url)

    assert "access_token" in hub.redeem(code_of(response)).json()


def test_hub_gets_no_code_before_second_step(client: Client, sara: User, hub: Hub) -> None:
    app_of(sara)
    sign_in(client)

    response = client.get(hub.authorize_url())

    assert urlsplit(response.url).path in (reverse("account_login"), reverse("mfa_authenticate"))
