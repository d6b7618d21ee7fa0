"""Admin of starts, stops, revocations and support requests: actions and permissions."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.services.request_help import request_help
from jupyter_integration.tests.scenes import employ, start, stop

State = SpawnRequest.State
LIST = reverse("admin:jupyter_integration_spawnrequest_changelist")
MODELS = ["spawnrequest", "stoprequest", "hubrevocation", "helprequest"]


def act(staff: Client, action: str, *rows: SpawnRequest):
    return staff.post(LIST, {"action": action, "_selected_action": [row.pk for row in rows]})


class TestActions:
    def test_two_rows_of_one_user_give_one_stop(self, staff, sara, nasrin, workers) -> None:
        rows = start(sara, State.READY), start(sara, State.FAILED)
        with workers.committing():
            response = act(staff, "stop_servers", *rows)

        assert response.status_code == 302
        stop = StopRequest.objects.get()
        assert (stop.user, stop.requested_by) == (sara, nasrin)
        assert workers.sent == [("server.stop_server", (stop.pk,))]
        [message] = get_messages(response.wsgi_request)
        assert "1" in str(message) or "۱" in str(message)

    def test_staff_cancel_only_selected_open_starts(self, staff, sara, omid, nasrin) -> None:
        selected, of_omid, finished = start(sara), start(omid), start(nasrin, State.FAILED)
        open_one = start(nasrin)

        response = act(staff, "cancel_starts", selected, finished)

        for row in (selected, of_omid, open_one):
            row.refresh_from_db()
        assert selected.state == State.CANCELLED
        assert of_omid.state == open_one.state == State.QUEUED
        [message] = get_messages(response.wsgi_request)
        assert "1" in str(message) or "۱" in str(message)

    def test_view_permission_allows_no_action(self, client, sara, omid) -> None:
        employ(omid, "view_spawnrequest")
        client.force_login(omid)
        request = start(sara)

        assert client.get(LIST).status_code == 200
        act(client, "cancel_starts", request)
        act(client, "stop_servers", request)

        request.refresh_from_db()
        assert request.state == State.QUEUED
        assert not StopRequest.objects.exists()


class TestRows:
    @pytest.mark.parametrize("model", MODELS)
    def test_rows_cannot_be_added(self, staff, model: str) -> None:
        assert staff.get(reverse(f"admin:jupyter_integration_{model}_add")).status_code == 403

    def test_rows_cannot_be_deleted_or_changed(self, staff, sara) -> None:
        request = start(sara)
        base = "admin:jupyter_integration_spawnrequest"

        url = reverse(f"{base}_delete", args=[request.pk])
        assert staff.post(url, {"post": "yes"}).status_code == 403
        act(staff, "delete_selected", request)
        url = reverse(f"{base}_change", args=[request.pk])
        staff.post(url, {"state": State.READY, "progress": 100})

        request.refresh_from_db()
        assert (request.state, request.progress) == (State.QUEUED, 0)

    @pytest.mark.parametrize("model", MODELS)
    def test_rows_can_be_read(self, staff, sara, model: str) -> None:
        row = {
            "spawnrequest": lambda: start(sara, State.FAILED, failure_code=FailureCode.NO_SPACE),
            "stoprequest": lambda: stop(sara),
            "helprequest": lambda: request_help(user=sara, words="کمک"),
            "hubrevocation": lambda: HubRevocation.objects.create(hub_username="gone"),
        }[model]()
        base = f"admin:jupyter_integration_{model}"

        assert staff.get(reverse(f"{base}_changelist")).status_code == 200
        assert staff.get(reverse(f"{base}_change", args=[row.pk])).status_code == 200

    @pytest.mark.parametrize("is_action", [False, True])
    def test_rows_are_deleted_with_their_account(self, staff, sara, is_action: bool) -> None:
        start(sara, State.READY)
        stop(sara)
        request_help(user=sara, words="کمک")
        page = reverse("admin:accounts_user_delete", args=[sara.pk])
        accounts = reverse("admin:accounts_user_changelist")
        action = {"action": "delete_selected", "_selected_action": [sara.pk], "post": "yes"}

        response = staff.post(accounts, action) if is_action else staff.post(page, {"post": "yes"})

        assert response.status_code == 302
        assert not User.objects.filter(pk=sara.pk).exists()
        assert not SpawnRequest.objects.exists()

    def test_deleting_an_account_needs_its_permission(self, client, sara, omid) -> None:
        employ(omid, "view_user", "change_user")
        client.force_login(omid)
        start(sara, State.READY)

        url = reverse("admin:accounts_user_delete", args=[sara.pk])
        assert client.post(url, {"post": "yes"}).status_code == 403
        assert User.objects.filter(pk=sara.pk).exists()


def test_students_cannot_open_the_admin(client, sara) -> None:
    client.force_login(sara)

    assert client.get(LIST).status_code in (302, 403)
