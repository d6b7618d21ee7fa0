"""Portal and Hub share no cookie, since notebook pages run their users' own scripts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def by_the_hubs_name(db: None) -> Client:
    """A browser in which somebody typed 127.0.0.1 instead of localhost."""
    return Client(headers={"host": "127.0.0.1:8080"})


@pytest.mark.parametrize("path", ["/", "/accounts/login/?next=/dashboard/", "/admin/", "/nowhere"])
def test_a_browser_that_came_by_the_hubs_host_name_goes_to_the_portals_own(
    by_the_hubs_name: Client, path: str
) -> None:
    response = by_the_hubs_name.get(path)

    assert response.status_code == 302
    assert response["Location"] == f"http://localhost:8080{path}"
    assert not response.cookies


def test_no_form_is_taken_there(by_the_hubs_name: Client, sara) -> None:
    response = by_the_hubs_name.post(
        "/accounts/login/", {"login": "sara", "password": "sara-s-password"}
    )

    assert response["Location"].startswith("http://localhost:8080/")
    assert not response.cookies


@pytest.mark.parametrize(
    ("path", "status"),
    [("/health", 200), ("/identity/o/api/userinfo", 401), ("/hooks/jupyterhub/", 405)],
)
def test_probes_and_the_hub_itself_may_use_it(
    by_the_hubs_name: Client, path: str, status: int
) -> None:
    assert by_the_hubs_name.get(path).status_code == status


@pytest.mark.parametrize(
    ("portal_url", "prefix"),
    [("https://portal.example.ir", "__Host-"), ("http://localhost:8080", "")],
)
def test_with_tls_no_other_host_can_set_the_portals_cookies(portal_url: str, prefix: str) -> None:
    program = (
        "import json; from portal import settings as s;"
        "print(json.dumps([s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME]))"
    )
    environment = os.environ | {"PORTAL_URL": portal_url}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == [f"{prefix}shaparak_session", f"{prefix}shaparak_csrf"]
