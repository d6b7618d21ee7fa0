"""The dashboard: one's own server, in few queries; and who is not signed in."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tests.pages import (
    CANCEL,
    CARD,
    DASHBOARD,
    HTMX,
    LOGIN,
    NOTEBOOK,
    START,
    STOP,
    destination,
    state_of,
)
from jupyter_integration.tests.scenes import see

State = SpawnRequest.State


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
def test_the_dashboard_and_its_card_need_two_queries(browser, sara, state) -> None:
    """However many starts there were. Who waits in line is told their place, which is one more."""
    for number in range(5):
        other = User.objects.create_user(f"other{number}")
        SpawnRequest.objects.create(user=other)
    see(sara)
    if state is not None:
        ended = None if state in SpawnRequest.OPEN_STATES else timezone.now()
        SpawnRequest.objects.create(user=sara, state=state, finished_at=ended)
    browser.get(DASHBOARD)  # how long starts take is measured once for all

    for path, headers in ((DASHBOARD, {}), (CARD, HTMX)):
        with CaptureQueriesContext(connection) as queries:
            browser.get(path, headers=headers)
        asked = [query["sql"] for query in queries if not is_the_caches(query["sql"])]
        assert len(asked) <= (3 if state == State.QUEUED else 2), asked


def is_the_caches(sql: str) -> bool:
    """Without Redis the cache is a table, and a session lives in the cache."""
    return "portal_cache" in sql or "django_session" in sql or "SAVEPOINT" in sql


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
