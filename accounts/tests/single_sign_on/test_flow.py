"""OpenID provider: the calls that the Hub makes in a sign-in."""

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


def test_signed_in_person_gets_code_without_consent(browser: Client, hub: Hub) -> None:
    response = browser.get(hub.authorize_url())

    assert response.status_code == 302
    assert response["Location"].startswith(f"{hub.callback}?")
    assert parse_qs(urlsplit(response["Location"]).query)["state"] == ["the-state"]


def test_userinfo_has_hub_username_without_email(
    sara: User, hub: Hub, tokens: dict[str, str]
) -> None:
    claims = hub.userinfo(tokens["access_token"]).json()

    assert claims["hub_username"] == "sara"
    assert claims["sub"] == str(sara.pk)
    assert claims["preferred_username"] == "sara"
    assert "email" not in claims


def test_persian_account_gets_its_hub_username(client: Client, hub: Hub) -> None:
    ali = User.objects.create_user("علی.رضایی")
    User.objects.filter(pk=ali.pk).update(hub_user_created_at=timezone.now())
    client.force_login(ali)
    tokens = hub.redeem(code_of(client.get(hub.authorize_url()))).json()

    assert hub.userinfo(tokens["access_token"]).json()["hub_username"] == ali.hub_username


def test_id_token_is_signed_by_one_issuer(hub: Hub, tokens: dict[str, str], settings) -> None:
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
def test_issuer_is_same_on_every_host(client: Client, host: str, settings) -> None:
    configuration = client.get("/.well-known/openid-configuration", headers={"host": host}).json()

    assert configuration["issuer"] == settings.PORTAL_URL == "http://localhost:8080"


def test_stranger_signs_in_before_the_redirect(client: Client, sara: User, hub: Hub) -> None:
    sign_in = client.get(hub.authorize_url())
    assert sign_in.url.startswith(reverse("account_login"))

    back = client.post(sign_in.url, {"login": "sara", "password": "sara-s-password"})
    response = client.get(back.url)

    assert response["Location"].startswith(hub.callback)


def test_refreshed_token_gives_userinfo(hub: Hub, tokens: dict[str, str]) -> None:
    renewed = hub.refresh(tokens["refresh_token"])

    assert renewed.status_code == 200
    assert renewed.json()["access_token"] != tokens["access_token"]
    assert hub.userinfo(renewed.json()["access_token"]).json()["hub_username"] == "sara"


def test_code_belongs_to_person_signed_in_now(
    browser: Client, sara: User, omid: User, hub: Hub
) -> None:
    User.objects.filter(pk=omid.pk).update(hub_user_created_at=timezone.now())
    browser.get(hub.authorize_url())
    browser.post(reverse("account_logout"))
    browser.post(reverse("account_login"), {"login": "omid", "password": "omid-s-password"})

    tokens = hub.redeem(code_of(browser.get(hub.authorize_url()))).json()

    assert hub.userinfo(tokens["access_token"]).json()["hub_username"] == "omid"


def test_registering_hub_again_applies_new_settings(settings) -> None:
    settings.HUB_URL = "https://hub.example.ir"
    settings.OIDC_CLIENT_SECRET = "another-client-secret"

    register_hub_client()
    register_hub_client()

    client = OidcClient.objects.get()
    assert client.get_redirect_uris() == ["https://hub.example.ir/hub/oauth_callback"]
    assert client.check_secret("another-client-secret")
    assert not client.check_secret("tests-only-client-secret")
    assert "another-client-secret" not in client.secret


def test_provider_sign_out_continues_at_hub(browser: Client, settings) -> None:
    response = browser.post("/identity/o/logout", {"action": "logout"})
    if response.status_code == 200:  # a confirmation page with a CSRF token
        response = browser.post(
            "/identity/o/logout",
            {"action": "logout", "csrfmiddlewaretoken": browser.cookies["shaparak_csrf"].value},
        )

    assert response["Location"] == f"{settings.HUB_URL}/hub/logout"
    assert "_auth_user_id" not in browser.session


def test_opening_provider_sign_out_ends_nothing(browser: Client, tokens: dict[str, str]) -> None:
    hint = {"client_id": "jupyterhub", "id_token_hint": tokens["id_token"]}
    for query in ({}, hint):
        assert browser.get("/identity/o/logout", query).status_code == 200

    assert "_auth_user_id" in browser.session
