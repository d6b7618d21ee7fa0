"""What every answer says to the browser: whom to trust, and what to forget."""

import re

import pytest
from django.test import Client

from accounts.models import User

PUBLIC = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/no-such-page/",
]
PRIVATE = [
    "/dashboard/",
    "/dashboard/server/",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/api/v1/server/",
    "/api/schema/",
    "/api/docs/",
    "/no-such-page/",
]
STAFF = ["/admin/", "/admin/accounts/user/", "/admin/jupyter_integration/spawnrequest/"]


def policy(response) -> dict[str, list[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE, *STAFF])
def test_no_page_may_run_what_stands_in_it(client: Client, nasrin: User, path: str) -> None:
    if path not in PUBLIC:
        client.force_login(nasrin)

    found = policy(client.get(path))

    assert found["default-src"] == ["'self'"]
    assert found["object-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in str(found)
    for name in ("script-src", "style-src", "connect-src", "font-src"):
        assert found.get(name, ["'self'"]) == ["'self'"]


@pytest.mark.parametrize("path", [*PUBLIC[:4], *PRIVATE[:6], *STAFF])
def test_no_page_has_what_the_policy_forbids(client: Client, nasrin: User, path: str) -> None:
    if path not in PUBLIC:
        client.force_login(nasrin)

    html = client.get(path).content.decode()

    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html)
    assert "<style" not in html


def test_forms_may_lead_to_the_hub_and_nowhere_else(client: Client, db: None, settings) -> None:
    """Browsers hold the redirect after a form against it: without the Hub no sign-in gets there."""
    assert policy(client.get("/accounts/login/"))["form-action"] == ["'self'", settings.HUB_URL]


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE])
def test_pages_of_one_who_is_signed_in_are_not_stored(
    client: Client, sara: User, path: str
) -> None:
    client.force_login(sara)

    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/server/start/", "/server/stop/", "/server/cancel/"])
def test_answers_to_a_press_are_not_stored(client: Client, sara: User, path: str) -> None:
    client.force_login(sara)

    assert "no-store" in client.post(path)["Cache-Control"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_the_other_headers_are_there(client: Client, db: None, header: str, value: str) -> None:
    assert client.get("/accounts/login/")[header] == value


def test_with_tls_browsers_are_told_to_keep_to_it(client: Client, db: None, settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31536000

    response = client.get("/accounts/login/", secure=True)

    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_host_that_is_not_ours_is_refused(client: Client, db: None) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
