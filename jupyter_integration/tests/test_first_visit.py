"""First visit: the card of a person who never had a server, and the first steps below it."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.adopt_hub_username import adopt_hub_username
from jupyter_integration.models import HubEvent, SpawnRequest
from jupyter_integration.services.adopt_hub_user import adopt_hub_user
from jupyter_integration.status.queries import server_status
from jupyter_integration.tests.pages import DASHBOARD, HTMX, destination
from jupyter_integration.tests.scenes import see, start, stopped
from jupyter_integration.tests.stopped_servers import event

State = SpawnRequest.State
DISMISS = reverse("first_steps_dismiss")


@pytest.fixture
def sara(sara: User) -> User:
    see(sara)
    return sara


def card(browser: Client) -> str:
    found = BeautifulSoup(browser.get(DASHBOARD).content, "html.parser").find(id="server-card")
    assert isinstance(found, Tag)
    return " ".join(found.get_text().split())


def shows_steps(browser: Client) -> bool:
    return 'id="first-steps"' in browser.get(DASHBOARD).content.decode()


def is_first_visit(user: User) -> bool:
    return server_status(user).is_first_visit


class TestCard:
    def test_new_person_is_welcome(self, browser, sara: User) -> None:
        shown = card(browser)

        assert "به شاپرک خوش آمدید" in shown
        assert "هنوز سروری ندارید. با یک دکمه ساخته می‌شود." in shown
        assert "محفوظ" not in shown

    @pytest.mark.parametrize(
        ("seconds", "words"), [(7, "حدود ۱۰ ثانیه"), (41, "حدود ۴۵ ثانیه"), (61, "حدود ۲ دقیقه")]
    )
    def test_time_is_that_of_the_last_starts(
        self, browser, sara: User, omid: User, seconds: int, words: str
    ) -> None:
        now = timezone.now()
        taken_up_at = now - timedelta(seconds=seconds)
        start(omid, State.READY, taken_up_at=taken_up_at, finished_at=now)

        assert words in card(browser)

    def test_api_says_the_same(self, browser, sara: User) -> None:
        answer = browser.get(reverse("api-server")).json()

        assert (answer["state"], answer["message"]) == ("stopped", "هنوز سروری ندارید.")

    @pytest.mark.parametrize("state", [State.CANCELLED, State.READY])
    def test_any_start_ends_the_first_visit(self, sara: User, state: SpawnRequest.State) -> None:
        start(sara, state)

        assert not is_first_visit(sara)

    def test_stop_or_event_ends_the_first_visit(self, sara: User, omid: User) -> None:
        stopped(sara)
        see(omid)
        event(omid, HubEvent.Kind.STOPPED)

        assert not is_first_visit(sara)
        assert not is_first_visit(omid)

    def test_running_server_is_no_first_visit(self, sara: User) -> None:
        """Staff may have started it on the Hub itself."""
        see(sara, ready=True)

        assert not is_first_visit(sara)


class TestAdoptedHubUser:
    """Its home has files from before the portal: the person must not read "no server yet"."""

    @pytest.mark.parametrize("name", ["sara", "s-rezaei"])
    def test_adoption_ends_the_first_visit(self, sara: User, name: str) -> None:
        assert is_first_visit(sara)

        adopt_hub_username(user=sara, hub_username=name)

        assert not is_first_visit(sara)

    def test_open_page_shows_it_at_once(self, browser, sara, fake_hub, hub, settings) -> None:
        settings.CACHES_ROWS = True
        fake_hub.add_user("s-rezaei")
        assert "خوش آمدید" in card(browser)

        adopt_hub_user(hub=hub, user=sara, hub_username="s-rezaei")

        assert "فایل‌های شما محفوظ است" in card(browser)

    def test_saved_account_keeps_the_mark(self, sara: User) -> None:
        """A page loaded the account before the adoption and saves it afterwards."""
        loaded = User.objects.get(pk=sara.pk)
        adopt_hub_username(user=sara, hub_username="sara")
        loaded.save()

        sara.refresh_from_db()
        assert sara.hub_user_may_be_older


class TestSteps:
    def test_steps_are_shown_until_the_second_start(self, browser, sara: User) -> None:
        assert shows_steps(browser)
        start(sara, State.READY)
        assert shows_steps(browser)
        start(sara, State.READY)
        assert not shows_steps(browser)

    def test_dismissed_steps_stay_away_everywhere(self, browser, sara: User) -> None:
        form = BeautifulSoup(browser.get(DASHBOARD).content, "html.parser").find(id="first-steps")
        assert form.find("form")["action"] == DISMISS

        assert destination(browser.post(DISMISS))[0] == DASHBOARD

        elsewhere = Client()
        elsewhere.force_login(sara)
        assert not shows_steps(browser)
        assert not shows_steps(elsewhere)

    def test_script_gets_nothing_to_show(self, browser, sara: User) -> None:
        response = browser.post(DISMISS, headers=HTMX)

        assert (response.status_code, response.content) == (200, b"")
        assert not shows_steps(browser)

    def test_opened_address_dismisses_nothing(self, browser, sara: User) -> None:
        assert destination(browser.get(DISMISS))[0] == DASHBOARD
        assert shows_steps(browser)
