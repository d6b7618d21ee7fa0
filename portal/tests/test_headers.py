"""Response headers: what browsers may run, and what they must not store."""

import re

import pytest
from django.test import Client

from accounts.models import User

PUBLIC = ["/", "/accounts/login/", "/accounts/password/reset/", "/no-such-page/"]
PRIVATE = [
    "/dashboard/",
    "/dashboard/server/",
    "/accounts/profile/",
    "/accounts/email/",
    "/accounts/logout/",
    "/api/v1/server/",
    "/api/docs/",
    "/no-such-page/",
]
STAFF = ["/admin/", "/admin/accounts/user/", "/admin/jupyter_integration/spawnrequest/"]


def policy(response) -> dict[str, list[str]]:
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE, *STAFF])
def test_page_obeys_strict_content_security_policy(client: Client, nasrin: User, path: str) -> None:
    if path not in PUBLIC:
        client.force_login(nasrin)

    response = client.get(path)
    found = policy(response)

    assert "camera=()" in response["Permissions-Policy"]
    assert found["default-src"] == ["'self'"]
    assert found["object-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in str(found)
    for name in ("script-src", "style-src", "connect-src", "font-src"):
        assert found.get(name, ["'self'"]) == ["'self'"]

    if path.startswith("/api/"):
        return  # drf-spectacular's page works without its inline styles
    html = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html)
    assert "<style" not in html


def test_forms_may_redirect_only_to_hub_and_labs(client: Client, db: None) -> None:
    """Browsers apply it to the redirect after a form: without the Hub no sign-in succeeds."""
    assert policy(client.get("/accounts/login/"))["form-action"] == [
        "'self'",
        "http://hub.localhost:8000",
        "http://*.hub.localhost:8000",
    ]


def test_forms_redirect_to_hub_alone_without_subdomains(client: Client, db: None, settings) -> None:
    settings.LAB_SUBDOMAINS = False
    settings.HUB_URL = "http://127.0.0.1:8000"

    assert policy(client.get("/accounts/login/"))["form-action"] == ["'self'", settings.HUB_URL]


@pytest.mark.parametrize("path", [*PUBLIC, *PRIVATE])
def test_pages_of_signed_in_people_are_not_stored(client: Client, sara: User, path: str) -> None:
    client.force_login(sara)

    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/server/start/", "/server/stop/", "/server/cancel/"])
def test_responses_to_buttons_are_not_stored(client: Client, sara: User, path: str) -> None:
    client.force_login(sara)

    assert "no-store" in client.post(path)["Cache-Control"]


def test_other_security_headers_are_sent(client: Client, db: None, settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31536000

    headers = client.get("/accounts/login/", secure=True).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_unknown_host_is_refused(client: Client, db: None) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
