"""The buttons of the dashboard: they write rows, and never ask the Hub."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.testing.fake_hub import Spawn
from jupyter_integration.tests.pages import (
    CANCEL,
    DASHBOARD,
    HTMX,
    NOTEBOOK,
    START,
    STOP,
    destination,
    state_of,
)
from jupyter_integration.tests.scenes import see, start

State = SpawnRequest.State


class TestNoViewAsksTheHub:
    def test_whatever_one_opens_or_presses(self, browser, fake_hub, sara, nasrin) -> None:
        see(sara, ready=True)
        request = start(sara, State.FAILED)
        pages = [
            reverse(name)
            for name in ("landing", "dashboard", "server_card", "server_open", "profile")
        ]
        pages += ["/api/v1/server/", "/health", "/health/ready", "/accounts/email/"]
        for path in pages:
            assert browser.get(path).status_code in (200, 302), path
            assert browser.get(path, headers=HTMX).status_code in (200, 302), path
        for path in (START, CANCEL, STOP, START, STOP):
            assert browser.post(path).status_code == 302, path
            assert browser.post(path, headers=HTMX).status_code == 200, path
        for method in ("post", "delete"):
            assert getattr(browser, method)("/api/v1/server/").status_code == 202
        browser.force_login(nasrin)
        for path in (
            "/admin/",
            "/admin/accounts/user/",
            f"/admin/accounts/user/{sara.pk}/change/",
            "/admin/jupyter_integration/spawnrequest/",
            f"/admin/jupyter_integration/spawnrequest/{request.pk}/change/",
            "/admin/jupyter_integration/stoprequest/",
            "/admin/jupyter_integration/hubrevocation/",
        ):
            assert browser.get(path).status_code == 200, path

        assert fake_hub.calls == []

    def test_nor_waits_for_it(self, browser, fake_hub, sara) -> None:
        fake_hub.delay(30)

        assert browser.get(DASHBOARD).status_code == 200
        assert browser.post(START).status_code == 302


class TestPresses:
    @pytest.mark.parametrize("path", [START, STOP, CANCEL])
    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
    def test_by_another_way_than_post_they_are_refused_and_do_nothing(
        self, browser, sara, path: str, method: str
    ) -> None:
        assert getattr(browser, method)(path).status_code == 405
        assert not SpawnRequest.objects.exists()
        assert not StopRequest.objects.exists()

    @pytest.mark.parametrize("path", [START, STOP, CANCEL])
    def test_without_the_token_against_forgery_they_are_refused(self, sara, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(sara)

        assert client.post(path).status_code == 403
        assert client.post(path, headers=HTMX).status_code == 403
        assert not SpawnRequest.objects.exists()
        assert not StopRequest.objects.exists()

    def test_with_the_token_of_the_page_they_work(self, sara) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(sara)
        see(sara)
        token = client.get(DASHBOARD).context["csrf_token"]

        assert client.post(START, {"csrfmiddlewaretoken": str(token)}).status_code == 302
        assert client.post(STOP, headers={"X-CSRFToken": str(token)}).status_code == 302
        assert SpawnRequest.objects.count() == 1

    def test_a_plain_form_leads_back_to_the_dashboard_which_follows_the_start(
        self, browser, sara
    ) -> None:
        response = browser.post(START, {"next": NOTEBOOK})

        start = SpawnRequest.objects.get()
        assert destination(response) == (
            DASHBOARD,
            {"next": [NOTEBOOK], "follow": [str(start.pk)]},
        )
        assert start.next_path == NOTEBOOK
        assert state_of(browser.get(response["Location"])) == "queued"

    def test_htmx_gets_the_card_that_follows_the_start(self, browser, sara) -> None:
        response = browser.post(START, {"next": NOTEBOOK}, headers=HTMX)

        start = SpawnRequest.objects.get()
        assert response.status_code == 200
        assert response.templates[0].name == "_server_card.html"
        assert response.context["follow"] == str(start.pk)
        assert response.context["next_path"] == NOTEBOOK
        assert "<html" not in response.content.decode()

    def test_pressed_twice_it_is_one_start(self, browser, sara) -> None:
        browser.post(START)
        browser.post(START, headers=HTMX)

        assert SpawnRequest.objects.count() == 1

    def test_stop_asks_for_a_stop(self, browser, sara) -> None:
        see(sara, ready=True)

        response = browser.post(STOP, headers=HTMX)

        assert state_of(response) == "stopping"
        assert StopRequest.objects.get().requested_by == sara

    def test_cancel_takes_the_start_back(self, browser, sara) -> None:
        see(sara)
        browser.post(START)

        response = browser.post(CANCEL, headers=HTMX)

        assert state_of(response) == "stopped"
        assert SpawnRequest.objects.get().state == State.CANCELLED

    def test_cancel_when_there_is_nothing_to_cancel_says_so_and_stops_nothing(
        self, browser, sara
    ) -> None:
        see(sara, ready=True)

        response = browser.post(CANCEL)

        assert not StopRequest.objects.exists()
        assert len(list(get_messages(response.wsgi_request))) == 1

    def test_cancel_ends_a_start_behind_the_portals_back_as_well(self, browser, sara) -> None:
        see(sara, pending="spawn")

        response = browser.post(CANCEL, headers=HTMX)

        assert state_of(response) == "stopping"
        assert StopRequest.objects.get().user == sara

    def test_with_the_broker_down_a_press_is_kept(self, browser, sara) -> None:
        with broken_broker():
            assert browser.post(START).status_code == 302
            assert browser.get(DASHBOARD).status_code == 200

        assert SpawnRequest.objects.get().state == State.QUEUED

    def test_the_whole_way_by_plain_forms(self, browser, sara, fake_hub, workers) -> None:
        fake_hub.add_user("sara")
        fake_hub.script_all(Spawn(seconds=0.05))
        with workers.committing():
            browser.get(DASHBOARD)
        workers.work_off()
        assert state_of(browser.get(DASHBOARD)) == "stopped"

        with workers.committing():
            browser.post(START)
        workers.work_off()
        assert state_of(browser.get(DASHBOARD)) == "ready"
        assert fake_hub.phase("sara") == "ready"

        with workers.committing():
            browser.post(STOP)
        workers.work_off()
        assert state_of(browser.get(DASHBOARD)) == "stopped"
        assert fake_hub.phase("sara") == "stopped"
