"""Rate limit of the buttons: too many clicks are refused before they cost anything."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tests.pages import CANCEL, DASHBOARD, HTMX, START, STOP
from jupyter_integration.tests.scenes import UNREACHABLE_CACHE, provision, see
from jupyter_integration.views import throttled
from portal.limits.rates import Rate

BUTTONS = [START, STOP, CANCEL]


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(provision(sara))
    see(sara)
    return client


@pytest.fixture
def three_clicks_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttled, "CLICKS", Rate(3, timedelta(minutes=1)))


@pytest.fixture
def limited(browser: Client, three_clicks_a_minute: None) -> Client:
    for _time in range(3):
        browser.post(START)
    return browser


def words(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text().split())


@pytest.mark.parametrize("path", BUTTONS)
def test_click_over_the_limit_is_refused_in_persian(limited, path: str) -> None:
    answer = limited.post(path)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "در زمانی کوتاه بارها تلاش کرده‌اید" in words(answer)
    assert "ثانیه صبر کنید" in words(answer)
    assert BeautifulSoup(answer.content, "html.parser").find("a", href=DASHBOARD)


def test_htmx_shows_the_refusal_above_the_card(limited) -> None:
    answer = limited.post(START, headers=HTMX)

    assert answer.status_code == 429
    assert answer["HX-Retarget"] == "#server-notice"
    assert "<html" not in answer.content.decode()
    page = BeautifulSoup(limited.get(DASHBOARD).content, "html.parser")
    assert page.find(id="server-notice")


def test_each_user_has_their_own_limit(limited, omid) -> None:
    other = Client()
    other.force_login(provision(omid))

    assert other.post(START).status_code == 302


def test_refused_click_changes_nothing(
    limited, sara, workers, django_assert_max_num_queries
) -> None:
    with workers.committing(), django_assert_max_num_queries(6):  # the account, and the cache's
        limited.post(STOP)

    assert workers.sent == []
    assert SpawnRequest.objects.get(user=sara).state == SpawnRequest.State.QUEUED


def test_limit_ends_after_a_while(limited, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limited.post(CANCEL).status_code == 429
    later = timezone.now() + throttled.CLICKS.period
    monkeypatch.setattr(timezone, "now", lambda: later)

    assert limited.post(CANCEL).status_code == 302


def test_limit_holds_without_the_cache(browser, three_clicks_a_minute, settings) -> None:
    settings.CACHES = settings.CACHES | UNREACHABLE_CACHE

    statuses = [browser.post(START).status_code for _time in range(5)]

    assert statuses == [302] * 3 + [429] * 2
