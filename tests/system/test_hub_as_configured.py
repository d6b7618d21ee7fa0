"""The running Hub: its pages lead to the portal, and its users start nothing by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from tests.running_system import RunningSystem
from tests.system.conftest import hub_client
from tests.system.process_table import wait_until

pytestmark = pytest.mark.system

PASSWORD = "Parvaneh-dar-bad-81"


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """Cookies and redirects, and nothing else of a browser."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def sign_up(browser: requests.Session, copy: RunningSystem, name: str) -> None:
    page = browser.get(f"{copy.portal_url}/accounts/signup/", timeout=10)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    answer = browser.post(
        page.url,
        data={
            "csrfmiddlewaretoken": token[1],
            "username": name,
            "email": f"{name}@example.ir",
            "password1": PASSWORD,
        },
        headers={"Referer": page.url},
        timeout=10,
    )
    assert answer.url == f"{copy.portal_url}/dashboard/"


def sign_in_to_hub(browser: requests.Session, copy: RunningSystem, name: str) -> dict[str, str]:
    """The headers with which the Hub's own pages call its API for the person who is signed in."""
    hub = hub_client(copy)
    assert wait_until(lambda: name in {user.name for user in hub.list_users()}, 20)
    browser.get(f"{copy.hub_url}/hub/oauth_login", timeout=10)
    return {
        "X-XSRFToken": browser.cookies.get("_xsrf", path="/hub/") or "",
        "Referer": f"{copy.hub_url}/hub/",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-origin",
    }


@pytest.mark.parametrize("page", ["/hub/", "/hub/home", "/hub/spawn", "/hub/spawn-pending/sara"])
def test_the_hubs_own_pages_lead_to_the_portal(running_system: RunningSystem, page: str) -> None:
    answer = requests.get(f"{running_system.hub_url}{page}", allow_redirects=False, timeout=10)

    assert answer.status_code in (302, 303)
    assert answer.headers["Location"] == f"{running_system.portal_url}/dashboard/"


def test_metrics_are_for_nobody_without_a_token(running_system: RunningSystem) -> None:
    answer = requests.get(f"{running_system.hub_url}/hub/metrics", timeout=10)

    assert answer.status_code == 403


def test_a_persons_own_session_on_the_hub_starts_nothing_and_stops_nothing(
    running_system: RunningSystem, browser: requests.Session
) -> None:
    sign_up(browser, running_system, "sara-alone")
    headers = sign_in_to_hub(browser, running_system, "sara-alone")
    own = f"{running_system.hub_url}/hub/api/users/sara-alone"

    assert browser.get(own, headers=headers, timeout=10).json()["name"] == "sara-alone"
    for call, scope in ((browser.post, "start:servers"), (browser.delete, "delete:servers")):
        refused = call(f"{own}/server", headers=headers, timeout=10)
        assert refused.status_code == 403
        assert scope in refused.json()["message"]
    assert hub_client(running_system).get_user("sara-alone").server is None
