"""From the dashboard into one's own Lab, at the address that was asked for, and nowhere else."""

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

    def test_the_page_on_which_start_was_pressed_goes_to_the_lab_at_the_asked_address(
        self, browser, start
    ) -> None:
        response = browser.get(CARD, {"follow": start.pk, "next": NOTEBOOK}, headers=HTMX)

        assert self.leads_away(response)
        assert "/server/open/" in str(response.headers)

    @pytest.mark.parametrize("follow", ["", "0", "-1", "x", "99999999999999999999", "<b>"])
    def test_a_page_that_was_merely_left_open_stays(self, browser, start, follow: str) -> None:
        response = browser.get(CARD, {"follow": follow}, headers=HTMX)

        assert response.status_code == 200
        assert not self.leads_away(response)
        assert "<b>" not in response.content.decode()

    def test_it_goes_once(self, browser, start) -> None:
        response = browser.get(CARD, {"follow": start.pk}, headers=HTMX)

        assert response.context["follow"] == ""

    def test_a_page_without_scripts_stays_too(self, browser, start) -> None:
        response = browser.get(DASHBOARD, {"follow": start.pk})

        assert response.status_code == 200
        assert not self.leads_away(response)

    def test_a_press_in_a_tab_that_knew_nothing_yet_keeps_nobody_from_the_lab(
        self, browser, start
    ) -> None:
        SpawnRequest.objects.create(user=start.user)

        assert "/hub/oauth_login" in browser.get(OPEN)["Location"]

    def test_a_server_that_an_event_told_a_change_of_is_waited_for(self, browser, start) -> None:
        SpawnRequest.objects.create(user=start.user)
        snapshots.mark_outdated(start.user.pk)

        assert "/hub/oauth_login" not in browser.get(OPEN)["Location"]

    def test_while_it_starts_and_when_it_fails_the_page_stays(self, browser, sara, start) -> None:
        for state in (State.STARTING, State.FAILED):
            SpawnRequest.objects.update(state=state, posted_at=timezone.now())
            response = browser.get(CARD, {"follow": start.pk}, headers=HTMX)
            assert not self.leads_away(response)


class TestOpening:
    def test_it_leads_through_the_hubs_sign_in_to_ones_own_lab(
        self, browser, sara, settings
    ) -> None:
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
            "/hub/logout",
            "//evil.example/",
            "/user/sara/%2e%2e/omid/",
            "/user/sara/..%252fomid",
            "https://evil.example/user/sara/",
            "//[",
            "/user/sara/\x00",
            "/user/sara/" + "x" * 5000,
        ],
    )
    def test_it_never_leads_elsewhere(self, browser, sara, next_path: str) -> None:
        see(sara, ready=True)

        assert destination(browser.get(OPEN, {"next": next_path}))[1] == {
            "next": ["/user/sara/lab"]
        }

    @pytest.mark.parametrize("pending", [None, "spawn", "stop"])
    def test_without_a_running_server_it_leads_to_the_button_and_starts_nothing(
        self, browser, sara, pending
    ) -> None:
        see(sara, pending=pending)

        assert destination(browser.get(OPEN, {"next": NOTEBOOK})) == (
            DASHBOARD,
            {"next": [NOTEBOOK]},
        )
        assert not SpawnRequest.objects.exists()

    def test_while_the_hub_cannot_be_read_a_lab_that_ran_can_be_opened(self, browser, sara) -> None:
        see(sara, ready=True)
        find_the_hub_away()

        assert "/hub/oauth_login" in browser.get(OPEN)["Location"]


class TestNext:
    @pytest.mark.parametrize(
        "next_path", ["//[", "/user/sara/" + "ب" * 3000, "/user/sara/\x00", "/user/omid/", "\\"]
    )
    def test_an_address_that_is_none_of_ones_own_is_dropped(
        self, browser, sara, next_path: str
    ) -> None:
        see(sara)

        assert browser.get(DASHBOARD, {"next": next_path}).context["next_path"] == ""
        assert browser.post(START, {"next": next_path}).status_code == 302
        assert SpawnRequest.objects.get().next_path == ""

    def test_the_longest_address_fits_its_column(self, browser, sara) -> None:
        path = "/user/sara/" + "ب" * 1989

        browser.post(START, {"next": path})

        assert SpawnRequest.objects.get().next_path == path

    def test_the_address_goes_along_until_the_lab_is_open(self, browser, sara) -> None:
        """A bookmark of a stopped server, one press, and the Lab at that very address."""
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
