"""The portal as OpenID provider, asked in just the way that the Hub asks it."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.register_hub_client import register_hub_client

VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
AUTHORIZE = "/identity/o/authorize"
TOKEN = "/identity/o/api/token"
USERINFO = "/identity/o/api/userinfo"


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


class Hub:
    """The Hub's server side: it reaches the portal by another address than browsers do."""

    def __init__(self, settings) -> None:
        self.callback = f"{settings.HUB_URL}/hub/oauth_callback"
        self.secret = settings.OIDC_CLIENT_SECRET
        self.portal = Client(headers={"host": "127.0.0.1:8080"})

    def authorize_url(self, **changes: str) -> str:
        query = {
            "response_type": "code",
            "redirect_uri": self.callback,
            "client_id": "jupyterhub",
            "state": "the-state",
            "scope": "openid profile",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{AUTHORIZE}?{urlencode(query | changes)}"

    def redeem(self, code: str, **changes: str):
        return self.portal.post(
            TOKEN,
            {
                "client_id": "jupyterhub",
                "client_secret": self.secret,
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": VERIFIER,
                "redirect_uri": self.callback,
            }
            | changes,
        )

    def refresh(self, token: str):
        return self.portal.post(
            TOKEN,
            {
                "client_id": "jupyterhub",
                "client_secret": self.secret,
                "grant_type": "refresh_token",
                "refresh_token": token,
            },
        )

    def userinfo(self, token: str):
        return self.portal.get(USERINFO, headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def hub(settings) -> Hub:
    return Hub(settings)


def code_of(response) -> str:
    [code] = parse_qs(urlsplit(response["Location"]).query)["code"]
    return code


@pytest.fixture
def tokens(browser: Client, hub: Hub) -> dict[str, str]:
    return hub.redeem(code_of(browser.get(hub.authorize_url()))).json()


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


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


def test_a_code_is_good_for_one_token(browser: Client, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))

    assert hub.redeem(code).status_code == 200
    assert hub.redeem(code).status_code == 400


@pytest.mark.parametrize("verifier", ["", "w" * 64, CHALLENGE])
def test_without_the_verifier_of_its_challenge_a_code_is_worth_nothing(
    browser: Client, hub: Hub, verifier: str
) -> None:
    code = code_of(browser.get(hub.authorize_url()))

    assert hub.redeem(code, code_verifier=verifier).status_code == 400


def test_without_the_secret_of_the_hub_a_code_is_worth_nothing(browser: Client, hub: Hub) -> None:
    code = code_of(browser.get(hub.authorize_url()))

    assert hub.redeem(code, client_secret="guessed").status_code == 401
    assert hub.redeem(code).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/hub/oauth_callback",
        "http://127.0.0.1:8000/user/omid/steal",
        "http://127.0.0.1:8000/hub/oauth_callback/../../user/omid/",
        "http://127.0.0.1:8000/hub/oauth_callback?x=1",
        "http://127.0.0.1:8001/hub/oauth_callback",
        "http://127.0.0.1:8000@evil.example/hub/oauth_callback",
        "javascript:alert(1)",
        "",
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_codes_are_sent_to_the_hubs_own_address_alone(
    browser: Client, hub: Hub, address: str, method: str
) -> None:
    response = getattr(browser, method)(hub.authorize_url(redirect_uri=address))

    assert response.status_code == 400
    assert "Location" not in response


def test_a_form_that_is_posted_there_gets_around_no_check(browser: Client, hub: Hub) -> None:
    address = "http://127.0.0.1:8001/hub/oauth_callback"
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
    ],
)
def test_what_the_hub_was_not_registered_for_yields_no_code(
    browser: Client, hub: Hub, changes: dict[str, str]
) -> None:
    response = browser.get(hub.authorize_url(**changes))

    assert "code=" not in response.get("Location", "")
    assert "access_token" not in response.get("Location", "")


def test_prompt_none_asks_a_stranger_nothing_and_gives_them_nothing(
    client: Client, hub: Hub
) -> None:
    response = client.get(hub.authorize_url(prompt="none"))

    assert "code=" not in response.get("Location", "")


def test_an_account_without_a_hub_user_of_its_own_is_not_let_in(
    client: Client, omid: User, hub: Hub
) -> None:
    """Signing in makes users on the Hub: it would open the home of whoever had the name before."""
    client.force_login(omid)

    response = client.get(hub.authorize_url())

    assert response.url == reverse("dashboard")


def test_a_code_is_worth_nothing_once_the_account_has_no_hub_user_any_more(
    browser: Client, sara: User, hub: Hub
) -> None:
    code = code_of(browser.get(hub.authorize_url()))
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=None)

    assert hub.redeem(code).status_code in (400, 403)


class TestOfAnInactiveAccount:
    def test_there_is_no_code(self, browser: Client, sara: User, hub: Hub) -> None:
        deactivate(sara)

        response = browser.get(hub.authorize_url())

        assert response.url.startswith(reverse("account_login"))

    def test_there_is_no_token_for_a_code_from_before(
        self, browser: Client, sara: User, hub: Hub
    ) -> None:
        code = code_of(browser.get(hub.authorize_url()))
        deactivate(sara)

        response = hub.redeem(code)

        assert response.status_code in (400, 401, 403)
        assert not Token.objects.filter(user=sara).exists()

    def test_there_is_no_refresh(self, sara: User, hub: Hub, tokens: dict[str, str]) -> None:
        deactivate(sara)

        assert hub.refresh(tokens["refresh_token"]).status_code in (400, 401, 403)

    def test_there_is_no_userinfo(self, sara: User, hub: Hub, tokens: dict[str, str]) -> None:
        deactivate(sara)

        assert hub.userinfo(tokens["access_token"]).status_code in (401, 403)

    def test_all_comes_back_when_the_account_does(
        self, browser: Client, sara: User, hub: Hub
    ) -> None:
        deactivate(sara)
        sara.is_active = True
        sara.save()
        browser.force_login(sara)

        assert hub.redeem(code_of(browser.get(hub.authorize_url()))).status_code == 200


def test_the_hub_renews_its_token_and_asks_again(hub: Hub, tokens: dict[str, str]) -> None:
    renewed = hub.refresh(tokens["refresh_token"])

    assert renewed.status_code == 200
    assert renewed.json()["access_token"] != tokens["access_token"]
    assert hub.userinfo(renewed.json()["access_token"]).json()["hub_username"] == "sara"


def test_of_a_deleted_account_nothing_is_left(sara: User, hub: Hub, tokens: dict[str, str]) -> None:
    sara.delete()

    assert hub.userinfo(tokens["access_token"]).status_code == 401
    assert hub.refresh(tokens["refresh_token"]).status_code in (400, 401)


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000, "é"])
def test_a_token_that_is_none_is_refused(hub: Hub, token: str) -> None:
    assert hub.userinfo(token).status_code == 401


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


def test_strangers_cannot_register_a_client_of_their_own(client: Client) -> None:
    response = client.post(
        "/identity/o/api/clients",
        {"redirect_uris": ["https://evil.example/"]},
        content_type="application/json",
    )

    assert response.status_code in (401, 404)
    assert OidcClient.objects.count() == 1


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
