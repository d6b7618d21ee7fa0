"""The portal as OpenID provider, asked in just the way that the Hub asks it."""

from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.idp.oidc.models import Client as OidcClient
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.register_hub_client import register_hub_client
from accounts.tests.single_sign_on.hub_side import Hub, code_of


def test_one_who_is_signed_in_comes_back_with_a_code_and_sees_no_consent_page(
    browser: Client, hub: Hub
) -> None:
    response = browser.get(hub.authorize_url())

    assert response.status_code == 302
    assert response["Location"].startswith(f"{hub.callback}?")
    assert parse_qs(urlsplit(response["Location"]).query)["state"] == ["the-state"]


def test_the_hub_learns_its_own_name_for_the_person(
    sara: User, hub: Hub, tokens: dict[str, str]
) -> None:
    claims = hub.userinfo(tokens["access_token"]).json()

    assert claims["hub_username"] == "sara"
    assert claims["sub"] == str(sara.pk)
    assert claims["preferred_username"] == "sara"
    assert "email" not in claims


def test_the_name_is_the_hubs_and_not_that_of_the_account(client: Client, hub: Hub) -> None:
    ali = User.objects.create_user("علی.رضایی")
    User.objects.filter(pk=ali.pk).update(hub_user_created_at=timezone.now())
    client.force_login(ali)
    tokens = hub.redeem(code_of(client.get(hub.authorize_url()))).json()

    assert hub.userinfo(tokens["access_token"]).json()["hub_username"] == ali.hub_username


def test_the_id_token_is_signed_and_names_one_issuer_whoever_asks(
    hub: Hub, tokens: dict[str, str], settings
) -> None:
    [key] = hub.portal.get("/.well-known/jwks.json").json()["keys"]

    claims = jwt.decode(
        tokens["id_token"],
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        audience="jupyterhub",
        issuer=settings.PORTAL_URL,
    )

    assert claims["hub_username"] == "sara"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080"])
def test_the_issuer_is_the_portals_address_through_whatever_door_one_asks(
    client: Client, host: str, settings
) -> None:
    configuration = client.get("/.well-known/openid-configuration", headers={"host": host}).json()

    assert configuration["issuer"] == settings.PORTAL_URL == "http://localhost:8080"


def test_who_is_not_signed_in_signs_in_first_and_is_led_on(
    client: Client, sara: User, hub: Hub
) -> None:
    door = client.get(hub.authorize_url())
    assert door.url.startswith(reverse("account_login"))

    back = client.post(door.url, {"login": "sara", "password": "sara-s-password"})
    response = client.get(back.url)

    assert response["Location"].startswith(hub.callback)


def test_the_hub_renews_its_token_and_asks_again(hub: Hub, tokens: dict[str, str]) -> None:
    renewed = hub.refresh(tokens["refresh_token"])

    assert renewed.status_code == 200
    assert renewed.json()["access_token"] != tokens["access_token"]
    assert hub.userinfo(renewed.json()["access_token"]).json()["hub_username"] == "sara"


def test_on_a_shared_machine_the_code_is_that_of_whoever_is_signed_in_now(
    browser: Client, sara: User, omid: User, hub: Hub
) -> None:
    User.objects.filter(pk=omid.pk).update(hub_user_created_at=timezone.now())
    browser.get(hub.authorize_url())
    browser.post(reverse("account_logout"))
    browser.post(reverse("account_login"), {"login": "omid", "password": "omid-s-password"})

    tokens = hub.redeem(code_of(browser.get(hub.authorize_url()))).json()

    assert hub.userinfo(tokens["access_token"]).json()["hub_username"] == "omid"


def test_registering_the_hub_again_changes_nothing_but_what_the_settings_say(settings) -> None:
    settings.HUB_URL = "https://hub.example.ir"
    settings.OIDC_CLIENT_SECRET = "another-client-secret"

    register_hub_client()
    register_hub_client()

    client = OidcClient.objects.get()
    assert client.get_redirect_uris() == ["https://hub.example.ir/hub/oauth_callback"]
    assert client.check_secret("another-client-secret")
    assert not client.check_secret("tests-only-client-secret")
    assert client.skip_consent


def test_the_secret_of_the_hub_is_stored_as_a_hash(settings) -> None:
    assert settings.OIDC_CLIENT_SECRET not in OidcClient.objects.get().secret


def test_signing_out_through_the_provider_ends_at_the_hub_as_well(
    browser: Client, settings
) -> None:
    response = browser.post("/identity/o/logout", {"action": "logout"})
    if response.status_code == 200:  # it asks; the answer carries the token against forgery
        response = browser.post(
            "/identity/o/logout",
            {"action": "logout", "csrfmiddlewaretoken": browser.cookies["shaparak_csrf"].value},
        )

    assert response["Location"] == f"{settings.HUB_URL}/hub/logout"
    assert "_auth_user_id" not in browser.session
