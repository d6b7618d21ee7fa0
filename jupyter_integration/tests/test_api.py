"""API of the own server, /api/v1/server/: fields, permissions and rate limits."""

from datetime import timedelta
from typing import ClassVar

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.test import APIRequestFactory
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from accounts.models import User
from jupyter_integration.api import throttles
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tests.states import (
    failed,
    hub_away,
    nothing_known,
    queued,
    ready,
    starting,
    stopped,
    stopping,
)
from portal.limits.rates import Rate

State = SpawnRequest.State
URL = "/api/v1/server/"
FIELDS = {"state", "server_active", "url", "progress", "message", "since", "as_of", "stale"}


@pytest.mark.parametrize(
    ("make", "state", "active", "progress", "has_url", "has_since", "has_as_of", "stale"),
    [
        (nothing_known, "unknown", False, None, False, False, False, False),
        (stopped, "stopped", False, None, False, False, True, False),
        (queued, "queued", False, 0, False, True, True, False),
        (starting, "starting", True, 40, False, True, True, False),
        (ready, "ready", True, None, True, True, True, False),
        (stopping, "stopping", True, None, False, True, True, False),
        (failed, "failed", False, None, False, True, True, False),
        (hub_away, "unknown", False, None, False, False, True, True),
    ],
)
def test_each_state_has_its_fields(
    browser, sara, make, state, active, progress, has_url, has_since, has_as_of, stale
) -> None:
    make(sara)

    response = browser.get(URL)

    assert response.status_code == 200
    data = response.json()
    assert set(data) == FIELDS
    assert (data["state"], data["server_active"], data["progress"], data["stale"]) == (
        state,
        active,
        progress,
        stale,
    )
    assert data["message"]
    assert (data["url"] is not None) == has_url
    assert (data["since"] is not None) == has_since
    assert (data["as_of"] is not None) == has_as_of


def test_url_of_a_ready_server_can_be_opened(browser, sara, settings) -> None:
    ready(sara)

    url = browser.get(URL).json()["url"]

    assert url == f"{settings.PORTAL_URL}/server/open/"
    assert "/hub/oauth_login" in browser.get(url.removeprefix(settings.PORTAL_URL))["Location"]


def test_times_are_utc(browser, sara) -> None:
    ready(sara)
    answer = browser.get(URL).json()

    for name in ("since", "as_of"):
        assert answer[name].endswith("Z")
        moment = parse_datetime(answer[name])
        assert moment is not None
        assert abs(timezone.now() - moment) < timedelta(seconds=30)


def test_message_is_in_the_users_language(browser, sara) -> None:
    stopped(sara)
    assert not browser.get(URL).json()["message"].isascii()

    sara.language = "en"
    sara.save()
    assert browser.get(URL).json()["message"].isascii()


@pytest.mark.parametrize(
    ("make", "method", "state", "task"),
    [
        (stopped, "post", "queued", "starts.process_queue"),
        (ready, "delete", "stopping", "server.stop_server"),
    ],
)
def test_post_and_delete_request_start_and_stop(
    browser, sara, workers, make, method: str, state: str, task: str
) -> None:
    make(sara)
    with workers.committing():
        response = getattr(browser, method)(URL)

    assert (response.status_code, response.json()["state"]) == (202, state)
    assert workers.count(task) == 1


def test_get_wakes_a_refresh(browser, workers) -> None:
    with workers.committing():
        browser.get(URL)

    assert workers.count("server.reconcile_servers") == 1


class TestPermissions:
    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    def test_visitor_is_refused_in_json(self, client, db: None, method: str) -> None:
        response = getattr(client, method)(URL)

        assert response.status_code in (401, 403)
        assert response.json()["code"] == "not_authenticated"
        assert not SpawnRequest.objects.exists()

    @pytest.mark.parametrize(("method", "state"), [("post", "queued"), ("delete", "stopping")])
    def test_change_needs_the_csrf_token(self, sara, method: str, state: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(sara)
        stopped(sara)

        response = getattr(client, method)(URL)
        assert (response.status_code, response.json()["code"]) == (403, "permission_denied")

        token = str(client.get("/dashboard/").context["csrf_token"])
        response = getattr(client, method)(URL, headers={"X-CSRFToken": token})
        assert (response.status_code, response.json()["state"]) == (202, state)

    def test_password_in_a_header_is_refused(self, client, sara) -> None:
        response = client.get(URL, headers={"authorization": "Basic c2FyYTpzYXJhLXMtcGFzc3dvcmQ="})

        assert response.status_code in (401, 403)

    def test_inactive_account_is_refused(self, browser, sara) -> None:
        sara.is_active = False
        sara.save()

        assert browser.post(URL).status_code in (401, 403)
        assert not SpawnRequest.objects.exists()

    def test_other_methods_are_refused(self, browser) -> None:
        assert browser.put(URL).status_code == 405

    def test_other_origins_cannot_read_the_response(self, browser) -> None:
        response = browser.get(URL, headers={"origin": "https://evil.example"})

        assert "Access-Control-Allow-Origin" not in response


class TestThrottles:
    @pytest.fixture
    def limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"server-read": "5/min"})
        monkeypatch.setattr(throttles, "CHANGES", Rate(2, timedelta(minutes=1)))

    def test_too_many_changes_return_429_with_retry_after(self, browser, limits) -> None:
        answers = [browser.post(URL), browser.delete(URL), browser.post(URL)]

        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert answers[-1].json()["code"] == "throttled"
        assert 0 < int(answers[-1]["Retry-After"]) <= 60

    def test_reads_have_their_own_limit_per_user(self, browser, omid, limits) -> None:
        assert [browser.get(URL).status_code for _time in range(6)] == [200] * 5 + [429]
        assert browser.post(URL).status_code == 202
        browser.force_login(omid)
        assert browser.get(URL).status_code == 200

    def test_two_polling_tabs_stay_below_the_limits(self) -> None:
        throttle = ScopedRateThrottle()
        rates = api_settings.DEFAULT_THROTTLE_RATES

        assert throttle.parse_rate(rates["server-read"])[0] >= 120
        assert throttles.CHANGES.amount >= 10


class Echo(APIView):
    """A view that reads its body with the API's own settings."""

    permission_classes: ClassVar = []
    throttle_classes: ClassVar = []

    def post(self, request: Request) -> Response:
        return Response({"read": bool(request.data)})


@pytest.mark.parametrize(
    "body",
    [
        "[" * 8_000,
        '{"a":' * 2_500 + "1" + "}" * 2_500,
        "1" * 5_000,
        "NaN",
        "{",
        b"\xff\xfe",
    ],
    ids=["deep lists", "deep objects", "many digits", "no number", "cut off", "no text"],
)
def test_broken_json_is_refused(body: str | bytes) -> None:
    response = Echo.as_view()(APIRequestFactory().post("/", body, content_type="application/json"))

    assert response.status_code == 400
    assert response.data["code"] == "parse_error"


def test_deep_json_at_own_server_is_refused(sara: User) -> None:
    """The check of the form token parses the body, although this view reads none."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sara)
    browser.get("/accounts/profile/")  # a form, and so the cookie

    response = browser.post(URL, "[" * 8_000, "application/json")

    assert response.status_code == 400
