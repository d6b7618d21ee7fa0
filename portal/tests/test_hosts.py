"""Separate hosts: portal and Hub share no cookie, since notebook pages run their users' scripts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["127.0.0.1", "hub.localhost", "mallory.hub.localhost"])
def browser(db: None, settings, request: pytest.FixtureRequest) -> Client:
    """A browser in which a person typed a host name that also the Hub or a Lab answers to."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", ".localhost"]
    return Client(headers={"host": f"{request.param}:8080"})


@pytest.mark.parametrize("path", ["/", "/accounts/login/?next=/dashboard/", "/nowhere"])
def test_browser_on_hub_host_is_redirected(browser: Client, path: str) -> None:
    response = browser.get(path)

    assert response.status_code == 302
    assert response["Location"] == f"http://localhost:8080{path}"
    assert not response.cookies


def test_hub_at_an_address_leaves_other_names_alone(db: None, settings) -> None:
    settings.HUB_URL = "http://127.0.0.1:8000"

    assert Client(headers={"host": "testserver"}).get("/accounts/login/").status_code == 200


def test_hub_host_accepts_no_form(browser: Client, sara) -> None:
    response = browser.post("/accounts/login/", {"login": "sara", "password": "sara-s-password"})

    assert response["Location"].startswith("http://localhost:8080/")
    assert not response.cookies


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health", 200), ("/identity/o/api/userinfo", 401), ("/hooks/jupyterhub/", 405)],
)
def test_probes_and_hub_may_use_hub_host(browser: Client, path: str, status: int) -> None:
    assert browser.get(path).status_code == status


@pytest.mark.parametrize("path", ["/health/ready", "/hooks/jupyterhub/", "/edge/certificate"])
def test_public_name_has_no_inside_paths(db: None, settings, path: str) -> None:
    settings.TRIAL = False

    from_inside = Client(headers={"host": "testserver"}).get(path)

    for name in ("localhost:8080", "LOCALHOST", "localhost.:8080"):  # one host to Django
        from_outside = Client(headers={"host": name}).get(path)
        assert from_outside.status_code == 404
        assert from_outside.content != from_inside.content


@pytest.mark.parametrize(
    ("portal_url", "prefix"),
    [("https://portal.example.ir", "__Host-"), ("http://localhost:8080", "")],
)
def test_cookie_prefix_excludes_other_hosts_with_tls(portal_url: str, prefix: str) -> None:
    program = (
        "import json; from portal import settings as s;"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME,"
        " s.MESSAGES_COOKIE_NAME]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=os.environ | {"PORTAL_URL": portal_url},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == [
        f"{prefix}shaparak_{kind}" for kind in ("session", "csrf", "language", "messages")
    ]


@pytest.mark.parametrize(
    "portal_url",
    [
        "http://xn--mgbawv3gi04e.xn--mgba3a4f16a:8080",
        "http://[2001:db8::7]:8080",
        "http://192.0.2.7",
    ],
)
def test_accepted_address_serves_its_browsers(portal_url: str) -> None:
    program = (
        "from django.conf import settings; import django; django.setup();"
        "from django.http import HttpRequest; request = HttpRequest();"
        "request.META['HTTP_HOST'] = settings.PORTAL_URL.split('://')[1];"
        "print(request.get_host())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=os.environ | {"PORTAL_URL": portal_url, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == portal_url.removeprefix("http://")
