"""Dashboard: the user's own server, in few queries; visitors are led to sign in."""

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
from jupyter_integration.tests.scenes import see, start

State = SpawnRequest.State


class TestNotSignedIn:
    def test_page_leads_to_sign_in_and_back(self, client, db: None) -> None:
        page = f"{DASHBOARD}?{urlencode({'next': NOTEBOOK})}"

        assert destination(client.get(page)) == (LOGIN, {"next": [page]})

    @pytest.mark.parametrize("path", [START, STOP, CANCEL])
    def test_click_leads_to_sign_in_and_the_dashboard(self, client, db: None, path: str) -> None:
        """The way back to the button's own address would be a GET, which is refused."""
        assert destination(client.post(path)) == (LOGIN, {"next": [DASHBOARD]})
        assert not SpawnRequest.objects.exists()

    def test_click_keeps_the_next_path(self, client, db) -> None:
        response = client.post(START, {"next": NOTEBOOK})

        assert destination(response)[1] == {
            "next": [f"{DASHBOARD}?{urlencode({'next': NOTEBOOK})}"]
        }

    @pytest.mark.parametrize(("method", "path"), [("get", CARD), ("post", START)])
    @pytest.mark.parametrize(
        ("current_url", "page"),
        [
            (
                f"http://testserver{DASHBOARD}?next=/user/sara/lab",
                f"{DASHBOARD}?next=/user/sara/lab",
            ),
            ("https://evil.example/", DASHBOARD),
        ],
    )
    def test_htmx_leaves_the_page_for_sign_in(
        self, client, db: None, method: str, path: str, current_url: str, page: str
    ) -> None:
        response = getattr(client, method)(path, headers=HTMX | {"HX-Current-URL": current_url})

        assert (response.status_code, response.content) == (200, b"")
        address = urlsplit(response["HX-Redirect"])
        assert (address.path, parse_qs(address.query)) == (LOGIN, {"next": [page]})


def test_dashboard_shows_only_the_users_own_server(client, sara, omid) -> None:
    User.objects.update(hub_user_created_at=timezone.now())
    see(sara, ready=True)
    see(omid)
    start(sara, State.FAILED)
    client.force_login(omid)

    page = client.get(DASHBOARD)

    assert state_of(page) == "stopped"
    assert list(page.context["recent_requests"]) == []
    assert "/user/sara/" not in page.content.decode()


def test_last_five_starts_are_listed_newest_first(browser, sara) -> None:
    for _time in range(7):
        start(sara, State.READY)

    listed = [request.pk for request in browser.get(DASHBOARD).context["recent_requests"]]

    assert len(listed) == 5
    assert listed == sorted(listed, reverse=True)


@pytest.mark.parametrize("state", [State.QUEUED, State.STARTING])
def test_open_start_is_shown_by_the_card_alone(browser, sara, state) -> None:
    ended = start(sara, State.READY)
    start(sara, state)

    assert browser.get(DASHBOARD).context["recent_requests"] == [ended]


@pytest.mark.parametrize(("rows_are_cached", "most"), [(True, 1), (False, 5)])
@pytest.mark.parametrize("state", [None, State.QUEUED, State.READY])
def test_dashboard_needs_few_queries(
    browser, sara, settings, state, rows_are_cached: bool, most: int
) -> None:
    """However many starts there were. One more is the queue, counted once a second for all, or
    whether the Hub may have had a person without any start before.
    """
    more = state == State.QUEUED or (state is None and not rows_are_cached)
    settings.CACHES_ROWS = rows_are_cached
    for number in range(5):
        other = User.objects.create_user(f"other{number}")
        start(other)
        if state is not None:
            SpawnRequest.objects.filter(user=sara).update(state=State.CANCELLED)
            start(sara, state)
    see(sara)
    browser.get(DASHBOARD)

    for path, headers in ((DASHBOARD, {}), (CARD, HTMX)):
        with CaptureQueriesContext(connection) as captured:
            browser.get(path, headers=headers)
        queries = [query["sql"] for query in captured if not is_of_the_cache(query["sql"])]
        assert len(queries) <= most + more, queries


def is_of_the_cache(sql: str) -> bool:
    """Without Redis the cache is a table, and a session lives in the cache."""
    return "portal_cache" in sql or "django_session" in sql or "SAVEPOINT" in sql
