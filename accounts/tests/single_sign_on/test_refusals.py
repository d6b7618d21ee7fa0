"""OpenID provider: requests that get no code, no token and no name."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.core.cache.backends import db
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.single_sign_on.hub_side import AUTHORIZE, CHALLENGE, Hub, code_of


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def test_code_is_redeemed_only_once(browser: Client, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))

    assert hub.redeem(code).status_code == 200
    assert hub.redeem(code).status_code == 400


def test_code_is_void_after_a_minute(browser: Client, hub: Hub, monkeypatch) -> None:
    early, late = (code_of(browser.get(hub.authorize_url())) for _time in range(2))
    now = timezone.now()

    monkeypatch.setattr(db, "tz_now", lambda: now + timedelta(seconds=50))
    assert hub.redeem(early).status_code == 200
    monkeypatch.setattr(db, "tz_now", lambda: now + timedelta(seconds=61))
    assert hub.redeem(late).json() == {"error": "invalid_grant"}


def test_replayed_code_voids_its_tokens(browser: Client, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))
    first = hub.redeem(code).json()
    renewed = hub.refresh(first["refresh_token"]).json()

    assert hub.redeem(code).json() == {"error": "invalid_grant"}

    assert hub.userinfo(first["access_token"]).status_code == 401
    assert hub.userinfo(renewed["access_token"]).status_code == 401
    assert hub.refresh(renewed["refresh_token"]).status_code == 400


def test_replay_by_a_stranger_voids_nothing(browser: Client, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))
    tokens = hub.redeem(code).json()

    assert hub.redeem(code, client_secret="guessed").status_code == 401

    assert hub.userinfo(tokens["access_token"]).status_code == 200


def test_code_from_before_password_change_is_void(browser: Client, sara: User, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))
    user = User.objects.get(pk=sara.pk)
    user.set_password("another-password")
    user.save()

    assert hub.redeem(code).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"response_mode": "fragment"},
        {"response_mode": "form_post"},
    ],
)
def test_lax_request_gets_no_code(browser: Client, hub: Hub, changes: dict[str, str]) -> None:
    response = browser.get(hub.authorize_url(**changes))

    assert response.status_code == 400
    assert "Location" not in response


def test_published_configuration_names_what_is_allowed(hub: Hub) -> None:
    published = hub.portal.get("/.well-known/openid-configuration").json()

    assert published["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert published["response_types_supported"] == ["code"]
    assert published["response_modes_supported"] == ["query"]
    assert published["code_challenge_methods_supported"] == ["S256"]
    assert "none" not in published["token_endpoint_auth_methods_supported"]
    assert "device_authorization_endpoint" not in published


def test_refresh_token_has_an_end(tokens: dict[str, str]) -> None:
    assert Token.objects.get(type=Token.Type.REFRESH_TOKEN).expires_at is not None


def test_use_of_refresh_token_keeps_its_end(hub: Hub, tokens: dict[str, str]) -> None:
    end = timezone.now() + timedelta(hours=9)
    Token.objects.filter(type=Token.Type.REFRESH_TOKEN).update(expires_at=end)

    renewed = hub.refresh(tokens["refresh_token"]).json()

    assert Token.objects.get(type=Token.Type.REFRESH_TOKEN).expires_at == end
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert hub.refresh(renewed["refresh_token"]).status_code == 400


@pytest.mark.parametrize("verifier", ["", "w" * 64, CHALLENGE])
def test_code_needs_verifier_of_its_challenge(browser: Client, hub: Hub, verifier: str) -> None:
    code = code_of(browser.get(hub.authorize_url()))

    assert hub.redeem(code, code_verifier=verifier).status_code == 400


@pytest.mark.parametrize("grant", ["password", "client_credentials", "implicit", ""])
def test_other_grants_get_no_token(sara: User, hub: Hub, grant: str) -> None:
    response = hub.redeem(
        "", grant_type=grant, username="sara", password="sara-s-password", scope="openid"
    )

    assert response.status_code in (400, 401)
    assert "access_token" not in response.json()
    assert not Token.objects.exists()


def test_refresh_and_revocation_need_client_secret(hub: Hub, tokens: dict[str, str]) -> None:
    stranger = Hub()
    stranger.secret = "guessed"

    assert stranger.refresh(tokens["refresh_token"]).status_code == 401
    stranger.portal.post(
        "/identity/o/api/revoke",
        {"client_id": "jupyterhub", "client_secret": "guessed", "token": tokens["access_token"]},
    )

    assert hub.userinfo(tokens["access_token"]).status_code == 200
    assert hub.refresh(tokens["refresh_token"]).status_code == 200


def test_code_needs_client_secret(browser: Client, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))

    assert hub.redeem(code, client_secret="guessed").status_code == 401
    assert hub.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/hub/oauth_callback",
        "http://hub.localhost:8000/hub/oauth_callback/../../user/omid/",
        "http://hub.localhost:8000/hub/oauth_callback?x=1",
        "http://hub.localhost:8001/hub/oauth_callback",
        "http://hub.localhost:8000@evil.example/hub/oauth_callback",
        "",
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_code_goes_only_to_registered_address(
    browser: Client, hub: Hub, address: str, method: str
) -> None:
    response = getattr(browser, method)(hub.authorize_url(redirect_uri=address))

    assert response.status_code == 400
    assert "Location" not in response


def test_posted_form_does_not_bypass_address_check(browser: Client, hub: Hub) -> None:
    address = "http://hub.localhost:8001/hub/oauth_callback"
    query = parse_qs(urlsplit(hub.authorize_url(redirect_uri=address)).query)

    response = browser.post(AUTHORIZE, query, follow=True)

    assert response.status_code == 400
    assert all("oauth_callback?code" not in address for address, _ in response.redirect_chain)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "somebody"},
        {"client_id": "jupyterhub\x00"},
        {"response_type": "token"},
        {"scope": "openid admin"},
        {"scope": "openid email"},
    ],
)
def test_unregistered_request_gets_no_code(
    browser: Client, hub: Hub, changes: dict[str, str]
) -> None:
    response = browser.get(hub.authorize_url(**changes))

    assert "code=" not in response.get("Location", "")
    assert "access_token" not in response.get("Location", "")


def test_prompt_none_gives_strangers_no_code(client: Client, hub: Hub) -> None:
    response = client.get(hub.authorize_url(prompt="none"))

    assert "code=" not in response.get("Location", "")


def test_account_without_hub_user_gets_no_code(client: Client, omid: User, hub: Hub) -> None:
    """Signing in creates users on the Hub: it would open the home of the name's former owner."""
    client.force_login(omid)

    response = client.get(hub.authorize_url())

    assert response.url == reverse("dashboard")


def test_code_is_void_once_hub_user_is_lost(browser: Client, sara: User, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=None)

    assert hub.redeem(code).status_code in (400, 403)


def test_tokens_of_deleted_account_are_void(sara: User, hub: Hub, tokens: dict[str, str]) -> None:
    sara.delete()

    assert hub.userinfo(tokens["access_token"]).status_code == 401
    assert hub.refresh(tokens["refresh_token"]).status_code in (400, 401)


@pytest.mark.parametrize("token", ["", "x" * 5000, "é"])
def test_invalid_token_is_refused(hub: Hub, token: str) -> None:
    assert hub.userinfo(token).status_code == 401


def test_strangers_cannot_register_clients(client: Client) -> None:
    response = client.post(
        "/identity/o/api/clients",
        {"redirect_uris": ["https://evil.example/"]},
        content_type="application/json",
    )

    assert response.status_code in (401, 404)
    assert OidcClient.objects.count() == 1


def test_inactive_account_gets_no_code_and_no_token(
    browser: Client, sara: User, hub: Hub, tokens: dict[str, str]
) -> None:
    earlier_code = code_of(browser.get(hub.authorize_url()))
    issued = Token.objects.filter(user=sara).count()
    deactivate(sara)

    assert hub.userinfo(tokens["access_token"]).status_code in (401, 403)
    assert hub.refresh(tokens["refresh_token"]).status_code in (400, 401, 403)
    assert hub.redeem(earlier_code).status_code in (400, 401, 403)
    assert browser.get(hub.authorize_url()).url.startswith(reverse("account_login"))
    assert Token.objects.filter(user=sara).count() <= issued


def test_reactivated_account_signs_in_again(browser: Client, sara: User, hub: Hub) -> None:
    deactivate(sara)
    sara.is_active = True
    sara.save()
    browser.force_login(sara)

    assert hub.redeem(code_of(browser.get(hub.authorize_url()))).status_code == 200
