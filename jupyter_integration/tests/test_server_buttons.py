"""Buttons of the dashboard: they write rows, and make no call to the Hub."""

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


class TestNoHubCalls:
    def test_no_view_calls_the_hub(self, browser, fake_hub, sara, nasrin) -> None:
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

    def test_no_view_waits_for_the_hub(self, browser, fake_hub, sara) -> None:
        fake_hub.delay(30)

        assert browser.get(DASHBOARD).status_code == 200
        assert browser.post(START).status_code == 302


class TestButtons:
    @pytest.mark.parametrize("path", [START, STOP, CANCEL])
    def test_opened_address_leads_to_the_dashboard(self, browser, sara, path: str) -> None:
        response = browser.get(path)

        assert (response.status_code, response["Location"]) == (303, DASHBOARD)
        assert browser.delete(path).status_code == 405
        assert not SpawnRequest.objects.exists()
        assert not StopRequest.objects.exists()

    @pytest.mark.parametrize("path", [START, STOP, CANCEL])
    def test_click_needs_the_csrf_token(self, sara, path: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(sara)
        see(sara)

        assert client.post(path).status_code == 403
        assert client.post(path, headers=HTMX).status_code == 403
        assert not SpawnRequest.objects.exists()
        assert not StopRequest.objects.exists()

        token = str(client.get(DASHBOARD).context["csrf_token"])
        assert client.post(path, {"csrfmiddlewaretoken": token}).status_code == 302
        assert client.post(path, headers={"X-CSRFToken": token}).status_code == 302

    def test_plain_form_leads_back_to_the_dashboard(self, browser, sara) -> None:
        response = browser.post(START, {"next": NOTEBOOK})

        start = SpawnRequest.objects.get()
        assert destination(response) == (
            DASHBOARD,
            {"next": [NOTEBOOK], "follow": [str(start.pk)]},
        )
        assert start.next_path == NOTEBOOK
        assert state_of(browser.get(response["Location"])) == "queued"

    def test_htmx_gets_the_card(self, browser, sara) -> None:
        response = browser.post(START, {"next": NOTEBOOK}, headers=HTMX)

        start = SpawnRequest.objects.get()
        assert response.status_code == 200
        assert response.templates[0].name == "_server_card.html"
        assert response.context["follow"] == str(start.pk)
        assert response.context["next_path"] == NOTEBOOK
        assert "<html" not in response.content.decode()

    def test_stop_button_requests_a_stop(self, browser, sara) -> None:
        see(sara, ready=True)

        response = browser.post(STOP, headers=HTMX)

        assert state_of(response) == "stopping"
        assert StopRequest.objects.get().requested_by == sara

    def test_cancel_button_cancels_the_start(self, browser, sara) -> None:
        see(sara)
        browser.post(START)

        response = browser.post(CANCEL, headers=HTMX)

        assert state_of(response) == "stopped"
        assert SpawnRequest.objects.get().state == State.CANCELLED

    def test_cancel_without_a_start_shows_a_message(self, browser, sara) -> None:
        see(sara, ready=True)

        response = browser.post(CANCEL)

        assert not StopRequest.objects.exists()
        assert len(list(get_messages(response.wsgi_request))) == 1

    def test_cancel_stops_a_start_outside_the_portal(self, browser, sara) -> None:
        see(sara, pending="spawn")

        response = browser.post(CANCEL, headers=HTMX)

        assert state_of(response) == "stopping"
        assert StopRequest.objects.get().user == sara

    def test_click_is_stored_without_a_broker(self, browser, sara) -> None:
        with broken_broker():
            assert browser.post(START).status_code == 302
            assert browser.get(DASHBOARD).status_code == 200

        assert SpawnRequest.objects.get().state == State.QUEUED

    def test_plain_forms_start_and_stop_a_server(self, browser, sara, fake_hub, workers) -> None:
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
