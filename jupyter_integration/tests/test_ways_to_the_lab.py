"""Ways from the dashboard into the user's own Lab, at the wanted address and nowhere else."""

import pytest
from django.utils import timezone

from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.pages import (
    CARD,
    DASHBOARD,
    HTMX,
    NOTEBOOK,
    OPEN,
    START,
    destination,
)
from jupyter_integration.tests.scenes import see

State = SpawnRequest.State


class TestFollowing:
    @pytest.fixture
    def start(self, sara) -> SpawnRequest:
        see(sara, ready=True)
        return SpawnRequest.objects.create(user=sara, state=State.READY, finished_at=timezone.now())

    def leads_away(self, response) -> bool:
        return "HX-Redirect" in response or "lab-ready" in str(response.headers)

    def test_page_that_follows_a_start_opens_lab(self, browser, start) -> None:
        response = browser.get(CARD, {"follow": start.pk, "next": NOTEBOOK}, headers=HTMX)

        assert self.leads_away(response)
        assert "/server/open/" in str(response.headers)
        assert response.context["follow"] == ""

    @pytest.mark.parametrize("follow", ["", "0", "<b>"])
    def test_page_that_follows_no_start_stays(self, browser, start, follow: str) -> None:
        response = browser.get(CARD, {"follow": follow}, headers=HTMX)

        assert response.status_code == 200
        assert not self.leads_away(response)
        assert "<b>" not in response.content.decode()

    def test_page_without_scripts_stays(self, browser, start) -> None:
        response = browser.get(DASHBOARD, {"follow": start.pk})

        assert response.status_code == 200
        assert not self.leads_away(response)

    def test_running_server_opens_beside_an_open_start(self, browser, start) -> None:
        SpawnRequest.objects.create(user=start.user)

        assert "/hub/oauth_login" in browser.get(OPEN)["Location"]

    def test_outdated_server_beside_a_start_is_waited_for(self, browser, start) -> None:
        SpawnRequest.objects.create(user=start.user)
        snapshots.mark_outdated(start.user.pk)

        assert "/hub/oauth_login" not in browser.get(OPEN)["Location"]

    def test_page_stays_until_the_start_is_ready(self, browser, sara, start) -> None:
        for state in (State.STARTING, State.FAILED):
            SpawnRequest.objects.update(state=state, posted_at=timezone.now())
            response = browser.get(CARD, {"follow": start.pk}, headers=HTMX)
            assert not self.leads_away(response)


class TestOpening:
    def test_open_leads_through_the_hubs_sign_in(self, browser, sara, settings) -> None:
        see(sara, ready=True)

        assert destination(browser.get(OPEN)) == (
            f"{settings.HUB_URL}/hub/oauth_login",
            {"next": ["/user/sara/lab"]},
        )
        assert destination(browser.get(OPEN, {"next": NOTEBOOK}))[1] == {"next": [NOTEBOOK]}

    @pytest.mark.parametrize(
        "next_path",
        [
            "/user/omid/lab",
            "//evil.example/",
            "/user/sara/%2e%2e/omid/",
        ],
    )
    def test_open_leads_nowhere_else(self, browser, sara, next_path: str) -> None:
        see(sara, ready=True)

        assert destination(browser.get(OPEN, {"next": next_path}))[1] == {
            "next": ["/user/sara/lab"]
        }

    @pytest.mark.parametrize("pending", [None, "spawn", "stop"])
    def test_open_without_a_server_leads_to_the_dashboard(self, browser, sara, pending) -> None:
        see(sara, pending=pending)

        assert destination(browser.get(OPEN, {"next": NOTEBOOK})) == (
            DASHBOARD,
            {"next": [NOTEBOOK]},
        )
        assert not SpawnRequest.objects.exists()

    def test_running_lab_opens_while_the_hub_is_unavailable(self, browser, sara) -> None:
        see(sara, ready=True)
        find_the_hub_away()

        assert "/hub/oauth_login" in browser.get(OPEN)["Location"]


class TestNext:
    @pytest.mark.parametrize("next_path", ["//[", "/user/sara/" + "ب" * 3000, "/user/omid/"])
    def test_foreign_next_path_is_dropped(self, browser, sara, next_path: str) -> None:
        see(sara)

        assert browser.get(DASHBOARD, {"next": next_path}).context["next_path"] == ""
        assert browser.post(START, {"next": next_path}).status_code == 302
        assert SpawnRequest.objects.get().next_path == ""

    @pytest.mark.parametrize(
        ("next_path", "shown"), [("/user/omid/lab", True), (NOTEBOOK, False), ("", False)]
    )
    def test_address_of_another_is_explained(self, browser, sara, next_path, shown) -> None:
        page = browser.get(DASHBOARD, {"next": next_path}).content.decode()

        assert ('id="wanted-another"' in page) is shown

    def test_longest_next_path_is_stored(self, browser, sara) -> None:
        path = "/user/sara/" + "ب" * 1989

        browser.post(START, {"next": path})

        assert SpawnRequest.objects.get().next_path == path

    def test_bookmark_leads_to_its_page_in_the_lab(self, browser, sara) -> None:
        """The bookmark of a stopped server, one click, and the Lab at that very address."""
        see(sara)
        page = browser.get(DASHBOARD, {"next": NOTEBOOK})
        assert page.context["next_path"] == NOTEBOOK
        card = browser.post(START, {"next": NOTEBOOK}, headers=HTMX)
        SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())
        see(sara, ready=True)
        follow = card.context["follow"]
        browser.get(CARD, {"follow": follow, "next": NOTEBOOK}, headers=HTMX)
        url = browser.get(DASHBOARD, {"next": NOTEBOOK}).context["status"].url

        assert destination(browser.get(url))[1] == {"next": [NOTEBOOK]}
