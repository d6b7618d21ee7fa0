"""The dashboard and its buttons: they ask the rows and the cache, and never the Hub."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jupyter_integration import snapshots
from jupyter_integration.hub.resources import STOPPED_SERVER, Server
from jupyter_integration.models import SpawnRequest, StopRequest
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.testing.fake_hub import Spawn

State = SpawnRequest.State
DASHBOARD = reverse("dashboard")
CARD = reverse("server_card")
START, STOP, CANCEL = (reverse(f"server_{name}") for name in ("start", "stop", "cancel"))
OPEN = reverse("server_open")
LOGIN = reverse("account_login")
HTMX = {"HX-Request": "true"}
NOTEBOOK = "/user/sara/lab/tree/درس یک.ipynb"


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with a user of her own on the Hub."""
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    sara.refresh_from_db()
    return sara


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(sara)
    return client


def see(user: User, *, ready: bool = False, pending: str | None = None) -> None:
    server = Server(
        ready=ready,
        pending=pending,
        url=f"/user/{user.hub_username}/",
        started=timezone.now(),
        last_activity=None,
        stopped=False,
    )
    shown = server if ready or pending else STOPPED_SERVER
    snapshots.record(user.pk, shown, as_of=timezone.now())


def state_of(response) -> str:
    return response.context["status"].state.value


def destination(response) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(response["Location"])
    return parts._replace(query="").geturl(), parse_qs(parts.query)


class TestNoViewAsksTheHub:
    def test_whatever_one_opens_or_presses(self, browser, fake_hub, sara, nasrin) -> None:
        see(sara, ready=True)
        start = SpawnRequest.objects.create(
            user=sara, state=State.FAILED, finished_at=timezone.now()
        )
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
            f"/admin/jupyter_integration/spawnrequest/{start.pk}/change/",
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
        snapshots.record_hub_failure()

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


class TestWhoIsNotSignedIn:
    def test_a_page_leads_to_sign_in_and_back_to_itself(self, client, db: None) -> None:
        page = f"{DASHBOARD}?{urlencode({'next': NOTEBOOK})}"

        assert destination(client.get(page)) == (LOGIN, {"next": [page]})

    @pytest.mark.parametrize("path", [START, STOP, CANCEL])
    def test_a_press_leads_to_sign_in_and_then_to_the_dashboard(
        self, client, db: None, path: str
    ) -> None:
        """Back to the press itself would be a GET there, which is refused."""
        assert destination(client.post(path)) == (LOGIN, {"next": [DASHBOARD]})
        assert not SpawnRequest.objects.exists()

    def test_a_press_keeps_the_address_that_one_was_on_the_way_to(self, client, db) -> None:
        response = client.post(START, {"next": NOTEBOOK})

        assert destination(response)[1] == {
            "next": [f"{DASHBOARD}?{urlencode({'next': NOTEBOOK})}"]
        }

    @pytest.mark.parametrize(("method", "path"), [("get", CARD), ("post", START)])
    def test_htmx_is_told_to_leave_the_page_and_not_to_put_sign_in_into_the_card(
        self, client, db: None, method: str, path: str
    ) -> None:
        headers = HTMX | {"HX-Current-URL": f"http://testserver{DASHBOARD}?next=/user/sara/lab"}

        response = getattr(client, method)(path, headers=headers)

        assert response.status_code == 200
        assert response.content == b""
        address = urlsplit(response["HX-Redirect"])
        assert address.path == LOGIN
        assert parse_qs(address.query) == {"next": [f"{DASHBOARD}?next=/user/sara/lab"]}

    def test_htmx_on_a_strangers_page_is_led_to_the_dashboard(self, client, db: None) -> None:
        headers = HTMX | {"HX-Current-URL": "https://evil.example/"}

        response = client.get(CARD, headers=headers)

        assert parse_qs(urlsplit(response["HX-Redirect"]).query) == {"next": [DASHBOARD]}


def test_one_sees_ones_own_server_alone(client, sara, omid) -> None:
    User.objects.update(hub_user_created_at=timezone.now())
    see(sara, ready=True)
    see(omid)
    SpawnRequest.objects.create(user=sara, state=State.FAILED, finished_at=timezone.now())
    client.force_login(omid)

    page = client.get(DASHBOARD)

    assert state_of(page) == "stopped"
    assert list(page.context["recent_requests"]) == []
    assert "/user/sara/" not in page.content.decode()


def test_the_last_starts_are_listed_newest_first(browser, sara) -> None:
    for _time in range(7):
        SpawnRequest.objects.create(user=sara, state=State.READY, finished_at=timezone.now())

    listed = [request.pk for request in browser.get(DASHBOARD).context["recent_requests"]]

    assert len(listed) == 5
    assert listed == sorted(listed, reverse=True)


@pytest.mark.parametrize("state", [None, *State])
def test_the_dashboard_and_its_card_need_few_queries(
    browser, sara, django_assert_max_num_queries, state
) -> None:
    """However many starts there were, and however long the line is."""
    for number in range(5):
        other = User.objects.create_user(f"other{number}")
        SpawnRequest.objects.create(user=other)
    see(sara)
    browser.get(DASHBOARD)
    if state is not None:
        ended = None if state in SpawnRequest.OPEN_STATES else timezone.now()
        SpawnRequest.objects.create(user=sara, state=state, finished_at=ended)

    # Three of them are the cache's, where that is a table: session, status.
    with django_assert_max_num_queries(9):
        browser.get(DASHBOARD)
    with django_assert_max_num_queries(7):
        browser.get(CARD, headers=HTMX)


def test_an_old_page_of_an_account_that_became_inactive_shows_nothing(browser, sara) -> None:
    sara.is_active = False
    sara.save()

    response = browser.post(START)

    assert destination(response)[0] == LOGIN
    assert not SpawnRequest.objects.exists()


def test_a_start_that_has_waited_long_shows_since_when(browser, sara) -> None:
    start = SpawnRequest.objects.create(user=sara)
    SpawnRequest.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    start.refresh_from_db()

    assert browser.get(DASHBOARD).context["status"].since == start.created_at
