"""Staff's list of people: names, servers, and what staff do with several at once."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.models import HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.tests.scenes import READY, SPAWNING, employ, provision, see, start, stop

LIST = reverse("admin:accounts_user_changelist")


def column(page, name: str) -> dict[str, str]:
    """Return the texts of a column by username."""
    rows = BeautifulSoup(page.content, "html.parser").select("#result_list tbody tr")
    return {
        row.select_one(".field-username").get_text(): row.select_one(f".field-{name}").get_text()
        for row in rows
    }


def act(staff: Client, action: str, *people: User):
    return staff.post(LIST, {"action": action, "_selected_action": [user.pk for user in people]})


def test_list_shows_names_of_people(staff: Client, sara: User) -> None:
    sara.first_name, sara.last_name = "سارا", "محمدی"
    sara.save()

    assert column(staff.get(LIST), "full_name")["sara"] == "سارا محمدی"


class TestStateOfServer:
    @pytest.mark.parametrize(
        ("server", "shown"), [(READY, "در حال اجرا"), (SPAWNING, "در حال راه‌اندازی")]
    )
    def test_list_shows_what_the_hub_showed(self, staff, sara, server, shown) -> None:
        see(sara, **server)

        assert column(staff.get(LIST), "server")["sara"] == shown

    def test_open_start_comes_before_snapshot(self, staff, sara) -> None:
        see(sara)
        start(sara)

        assert column(staff.get(LIST), "server")["sara"] == "در صف"

    def test_open_stop_comes_before_snapshot(self, staff, sara) -> None:
        see(sara, **READY)
        stop(sara)

        assert column(staff.get(LIST), "server")["sara"] == "در حال توقف"

    def test_unread_server_is_unknown(self, staff, sara) -> None:
        assert column(staff.get(LIST), "server")["sara"] == "نامشخص"

    def test_more_people_cost_no_more_queries(
        self, staff, sara, django_assert_max_num_queries, django_user_model
    ) -> None:
        for number in range(40):
            see(django_user_model.objects.create(username=f"p{number}"), **READY)
        with django_assert_max_num_queries(15):
            staff.get(LIST)


class TestActions:
    def test_servers_of_selected_people_stop(self, staff, sara, omid, nasrin, workers) -> None:
        with workers.committing():
            act(staff, "stop_servers", sara)

        asked = StopRequest.objects.get()
        assert (asked.user, asked.requested_by) == (sara, nasrin)
        assert workers.sent == [("server.stop_server", (asked.pk,))]

    def test_deactivation_revokes_access_to_hub(self, staff, sara) -> None:
        provision(sara)
        open_start = start(sara)

        act(staff, "deactivate", sara)

        sara.refresh_from_db()
        open_start.refresh_from_db()
        assert not sara.is_active
        assert open_start.state == SpawnRequest.State.CANCELLED
        assert HubRevocation.objects.get().hub_username == sara.hub_username

    def test_activation_keeps_the_hub_user(self, staff, sara) -> None:
        provision(sara)
        act(staff, "deactivate", sara)

        act(staff, "activate", sara)

        sara.refresh_from_db()
        assert sara.is_active
        assert not HubRevocation.objects.exists()

    def test_staff_do_not_deactivate_themselves(self, staff, nasrin) -> None:
        act(staff, "deactivate", nasrin)

        nasrin.refresh_from_db()
        assert nasrin.is_active

    def test_every_action_is_in_the_history(self, staff, sara) -> None:
        for action in ("stop_servers", "deactivate", "activate"):
            act(staff, action, sara)

        assert LogEntry.objects.filter(object_id=str(sara.pk)).count() == 3

    def test_support_cannot_act_on_other_staff(self, client, sara, omid, nasrin) -> None:
        employ(omid, "accounts.view_user", "accounts.change_user")
        client.force_login(omid)

        act(client, "deactivate", nasrin)

        nasrin.refresh_from_db()
        assert nasrin.is_active
