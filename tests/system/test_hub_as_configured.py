"""Configuration of the running Hub: only the portal starts servers."""

from __future__ import annotations

import pytest

from tests import hub_names
from tests.running_system import RunningSystem
from tests.system.hub import hub_client
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system


def hub_headers(visitor: Visitor) -> dict[str, str]:
    """Sign in to the Hub. Return the headers with which its own pages call its API."""
    copy = visitor.copy
    visitor.hub("/hub/oauth_login")
    return {
        "X-XSRFToken": visitor.session.cookies.get("_xsrf", path="/hub/") or "",
        "Referer": f"{copy.hub_url}/hub/",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "same-origin",
    }


@pytest.mark.parametrize(
    ("page", "target"),
    [
        ("/hub/", "/dashboard/"),
        ("/hub/home", "/dashboard/"),
        ("/hub/spawn-pending/sara", "/dashboard/"),
        ("/hub/token", "/accounts/profile/"),
    ],
)
def test_hub_pages_redirect_to_the_portal(
    running_system: RunningSystem, page: str, target: str
) -> None:
    answer = hub_names.session().get(
        f"{running_system.hub_url}{page}", allow_redirects=False, timeout=10
    )

    assert answer.status_code in (302, 303)
    assert answer.headers["Location"] == f"{running_system.portal_url}{target}"


def test_metrics_need_a_token(running_system: RunningSystem) -> None:
    answer = hub_names.session().get(f"{running_system.hub_url}/hub/metrics", timeout=10)

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/hub/login", "/hub/api", "/hub/api/users"])
def test_trace_is_refused_by_the_hub(running_system: RunningSystem, path: str) -> None:
    answer = hub_names.session().request(
        "TRACE",
        f"{running_system.hub_url}{path}",
        headers={"X-Planted": "secret"},
        allow_redirects=False,
        timeout=10,
    )

    assert answer.status_code in (403, 405)
    assert "secret" not in answer.text


def test_persons_own_session_cannot_start_or_stop(running_system: RunningSystem) -> None:
    with Visitor(running_system) as visitor:
        name = visitor.sign_up("sara")
        headers = hub_headers(visitor)
        own = f"{running_system.hub_url}/hub/api/users/{name}"
        session = visitor.session

        assert session.get(own, headers=headers, timeout=10).json()["name"] == name
        for call, scope in ((session.post, "start:servers"), (session.delete, "delete:servers")):
            refused = call(f"{own}/server", headers=headers, timeout=10)
            assert refused.status_code == 403
            assert scope in refused.json()["message"]
        assert hub_client(running_system).get_user(name).server is None
