"""Sign-out: the question, and the proof that the Hub gets of its answer."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.hub import signed
from jupyter_integration.models import HubSessionEnd
from jupyter_integration.testing.hub_away import find_the_hub_away

LOGOUT = reverse("account_logout")
SECRETS = portal_settings.WEBHOOK_SECRETS


def hub_request(*accounts: str, aud: str = signed.TO_PORTAL, secret: str = SECRETS[0]) -> str:
    """Return what the Hub adds to the address: whom it knows in this browser."""
    claims = {"aud": aud, "accounts": accounts, "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(claims, signed._key(secret), algorithm="HS256")


def proven_accounts(address: str) -> list[str]:
    [proof] = parse_qs(urlsplit(address).query)["portal"]
    claims = jwt.decode(
        proof, signed._key(SECRETS[0]), algorithms=["HS256"], audience=signed.TO_HUB
    )
    return claims["accounts"]


def test_answer_ends_portal_session_then_the_hubs(client: Client, sara: User) -> None:
    client.force_login(sara)
    response = client.post(LOGOUT)

    assert response.url.startswith(f"{portal_settings.HUB_URL}/hub/logout?portal=")
    assert proven_accounts(response.url) == ["sara"]
    assert "_auth_user_id" not in client.session


def test_question_alone_ends_nothing(client: Client, sara: User) -> None:
    client.force_login(sara)
    assert client.get(LOGOUT).status_code == 200
    assert client.get(reverse("dashboard")).status_code == 200


def test_visitor_whom_the_hub_knows_is_asked(client: Client, db: None) -> None:
    """The portal's session has ended, and the Hub's is still open."""
    request = hub_request("sara")
    page = client.get(LOGOUT, {"hub": request})
    assert page.status_code == 200
    assert request in page.content.decode()

    assert proven_accounts(client.post(LOGOUT, {"hub": request}).url) == ["sara"]


def test_two_people_in_one_browser_both_sign_out(client: Client, omid: User) -> None:
    client.force_login(omid)
    response = client.post(LOGOUT, {"hub": hub_request("sara")})
    assert proven_accounts(response.url) == ["omid", "sara"]


@pytest.mark.parametrize(
    "request_of_hub",
    [
        "",
        "x",
        hub_request("sara", aud=signed.TO_HUB),
        hub_request("sara", secret="whsec_YW5vdGhlciBzZWNyZXQgb2Ygd2ViaG9va3M="),
    ],
)
def test_forged_request_of_hub_names_nobody(client: Client, db: None, request_of_hub: str) -> None:
    assert client.get(LOGOUT, {"hub": request_of_hub}).url == "/?signed-out=1"
    assert client.post(LOGOUT, {"hub": request_of_hub}).url == "/?signed-out=1"


def test_visitor_is_led_to_the_hub_once(client: Client, db: None) -> None:
    assert client.get(LOGOUT).url == f"{portal_settings.HUB_URL}/hub/logout"
    assert client.get(LOGOUT, {"hub": ""}).url == "/?signed-out=1"


def test_sign_out_without_hub_ends_its_sessions_later(client: Client, sara: User) -> None:
    client.force_login(sara)
    find_the_hub_away()

    response = client.post(LOGOUT)

    assert response.url == "/?signed-out=hub-away"
    assert "_auth_user_id" not in client.session
    assert HubSessionEnd.objects.get().hub_username == "sara"
    assert HubSessionEnd.objects.get().stop_reason == ""
    assert "پاسخ نمی‌دهد" in client.get(response.url).content.decode()


def test_sign_out_needs_the_forms_token(sara: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(sara)

    assert client.post(LOGOUT).status_code == 403
    assert client.get(reverse("dashboard")).status_code == 200
