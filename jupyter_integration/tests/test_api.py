"""/api/v1/server/: its fields in each state, and its doors."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.settings import api_settings
from rest_framework.throttling import ScopedRateThrottle

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.scenes import provision
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

State = SpawnRequest.State
URL = "/api/v1/server/"
FIELDS = {"state", "server_active", "url", "progress", "message", "since", "as_of", "stale"}


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with a user of her own on the Hub."""
    return provision(sara)


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(sara)
    return client


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
    answer = response.json()
    assert set(answer) == FIELDS
    assert (answer["state"], answer["server_active"], answer["progress"], answer["stale"]) == (
        state,
        active,
        progress,
        stale,
    )
    assert answer["message"]
    assert (answer["url"] is not None) == has_url
    assert (answer["since"] is not None) == has_since
    assert (answer["as_of"] is not None) == has_as_of


def test_the_url_of_a_ready_server_is_one_that_a_browser_can_open(browser, sara, settings) -> None:
    ready(sara)

    url = browser.get(URL).json()["url"]

    assert url == f"{settings.PORTAL_URL}/server/open/"
    assert "/hub/oauth_login" in browser.get(url.removeprefix(settings.PORTAL_URL))["Location"]


def test_moments_are_utc(browser, sara) -> None:
    ready(sara)
    answer = browser.get(URL).json()

    for name in ("since", "as_of"):
        assert answer[name].endswith("Z")
        moment = parse_datetime(answer[name])
        assert moment is not None
        assert abs(timezone.now() - moment) < timedelta(seconds=30)


def test_the_message_is_in_the_persons_own_language(browser, sara) -> None:
    stopped(sara)
    assert not browser.get(URL).json()["message"].isascii()

    sara.language = "en"
    sara.save()
    assert browser.get(URL).json()["message"].isascii()


def test_post_asks_for_a_start_and_answers_before_it_happens(browser, sara, workers) -> None:
    stopped(sara)
    with workers.committing():
        response = browser.post(URL)

    assert response.status_code == 202
    assert response.json()["state"] == "queued"
    assert workers.sent == [("starts.process_queue", ())]


def test_post_again_changes_nothing(browser, sara) -> None:
    assert browser.post(URL).status_code == 202
    assert browser.post(URL).status_code == 202
    assert SpawnRequest.objects.count() == 1


def test_delete_asks_for_a_stop(browser, sara, workers) -> None:
    ready(sara)
    with workers.committing():
        response = browser.delete(URL)

    assert response.status_code == 202
    assert response.json()["state"] == "stopping"
    assert workers.count("server.stop_server") == 1


def test_delete_takes_a_start_back(browser, sara) -> None:
    queued(sara)

    assert browser.delete(URL).status_code == 202
    assert SpawnRequest.objects.get().state == State.CANCELLED


def test_get_wakes_a_reading_and_asks_nothing_of_the_hub(browser, sara, fake_hub, workers) -> None:
    with workers.committing():
        browser.get(URL)
        browser.post(URL)
        browser.delete(URL)

    assert workers.count("server.reconcile_servers") == 1
    assert fake_hub.calls == []


def test_the_whole_way_through_the_api(browser, sara, fake_hub, workers) -> None:
    fake_hub.add_user("sara")
    fake_hub.script_all(Spawn(seconds=0.05))
    states = []
    for call in (browser.get, browser.get, browser.post, browser.get, browser.delete, browser.get):
        with workers.committing():
            states.append(call(URL).json()["state"])
        workers.work_off()

    assert states == ["unknown", "stopped", "queued", "ready", "stopping", "stopped"]


def test_with_the_broker_down_it_answers_all_the_same(browser, sara) -> None:
    with broken_broker():
        assert browser.get(URL).status_code == 200
        assert browser.post(URL).status_code == 202


class TestDoors:
    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    def test_who_is_not_signed_in_is_refused_in_json(self, client, db: None, method: str) -> None:
        response = getattr(client, method)(URL)

        assert response.status_code in (401, 403)
        assert response.json()["code"] == "not_authenticated"
        assert not SpawnRequest.objects.exists()

    @pytest.mark.parametrize("method", ["post", "delete"])
    def test_changes_need_the_token_against_forgery(self, sara, method: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(sara)

        response = getattr(client, method)(URL)

        assert response.status_code == 403
        assert response.json()["code"] == "permission_denied"
        assert not SpawnRequest.objects.exists()

    def test_with_the_token_against_forgery_changes_are_made(self, sara) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(sara)
        stopped(sara)
        token = str(client.get("/dashboard/").context["csrf_token"])

        assert client.post(URL, headers={"X-CSRFToken": token}).status_code == 202

    def test_a_password_in_a_header_opens_nothing(self, client, sara) -> None:
        response = client.get(URL, headers={"authorization": "Basic c2FyYTpzYXJhLXMtcGFzc3dvcmQ="})

        assert response.status_code in (401, 403)

    def test_an_account_that_became_inactive_is_out(self, browser, sara) -> None:
        sara.is_active = False
        sara.save()

        assert browser.post(URL).status_code in (401, 403)
        assert not SpawnRequest.objects.exists()

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_other_ways_are_refused(self, browser, method: str) -> None:
        assert getattr(browser, method)(URL).status_code == 405

    def test_another_site_may_not_read_it(self, browser) -> None:
        response = browser.get(URL, headers={"origin": "https://evil.example"})

        assert "Access-Control-Allow-Origin" not in response


class TestThrottles:
    @pytest.fixture
    def limits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            ScopedRateThrottle, "THROTTLE_RATES", {"server-read": "5/min", "server-change": "2/min"}
        )

    def test_too_many_changes_are_refused_with_the_time_to_wait(self, browser, limits) -> None:
        answers = [browser.post(URL), browser.delete(URL), browser.post(URL)]

        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert answers[-1].json()["code"] == "throttled"
        assert 0 < int(answers[-1]["Retry-After"]) <= 60

    def test_reading_has_a_limit_of_its_own(self, browser, limits) -> None:
        assert [browser.get(URL).status_code for _time in range(6)] == [200] * 5 + [429]
        assert browser.post(URL).status_code == 202

    def test_one_persons_limit_is_not_anothers(self, browser, omid, limits) -> None:
        for _time in range(6):
            browser.get(URL)
        other = Client()
        other.force_login(omid)

        assert other.get(URL).status_code == 200

    def test_a_page_that_asks_every_second_in_two_tabs_stays_below_the_limits(self) -> None:
        throttle = ScopedRateThrottle()
        rates = api_settings.DEFAULT_THROTTLE_RATES

        assert throttle.parse_rate(rates["server-read"])[0] >= 120
        assert throttle.parse_rate(rates["server-change"])[0] >= 10
