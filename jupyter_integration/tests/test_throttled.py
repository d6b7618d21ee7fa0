"""Whoever presses a button a thousand times a minute costs the others nothing."""

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from rest_framework.throttling import SimpleRateThrottle

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tests.pages import CANCEL, DASHBOARD, HTMX, START, STOP
from jupyter_integration.tests.scenes import provision, see

PRESSES = [START, STOP, CANCEL]


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(provision(sara))
    see(sara)
    return client


@pytest.fixture
def three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"server-action": "3/min"})


@pytest.fixture
def pressed_too_often(browser: Client, three_a_minute: None) -> Client:
    for _time in range(3):
        browser.post(START)
    return browser


def words(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text().split())


@pytest.mark.parametrize("path", PRESSES)
def test_a_press_too_many_is_refused_in_clear_persian(pressed_too_often, path: str) -> None:
    answer = pressed_too_often.post(path)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "در زمانی کوتاه بارها تلاش کرده‌اید" in words(answer)
    assert "ثانیه صبر کنید" in words(answer)
    assert BeautifulSoup(answer.content, "html.parser").find("a", href=DASHBOARD)


def test_htmx_puts_the_sentence_above_the_card_and_leaves_the_card(pressed_too_often) -> None:
    answer = pressed_too_often.post(START, headers=HTMX)

    assert answer.status_code == 429
    assert answer["HX-Retarget"] == "#server-notice"
    assert "<html" not in answer.content.decode()
    page = BeautifulSoup(pressed_too_often.get(DASHBOARD).content, "html.parser")
    assert page.find(id="server-notice")


def test_what_was_pressed_before_stays(pressed_too_often, sara) -> None:
    pressed_too_often.post(STOP)

    assert SpawnRequest.objects.get(user=sara).state == SpawnRequest.State.QUEUED


def test_the_page_itself_can_be_looked_at_all_the_time(pressed_too_often) -> None:
    assert pressed_too_often.get(DASHBOARD).status_code == 200


def test_one_persons_limit_is_not_anothers(pressed_too_often, omid) -> None:
    other = Client()
    other.force_login(provision(omid))

    assert other.post(START).status_code == 302


def test_a_refused_press_writes_nothing_and_wakes_nobody(
    pressed_too_often, workers, django_assert_max_num_queries
) -> None:
    with workers.committing(), django_assert_max_num_queries(6):  # who it is, and the cache's
        pressed_too_often.post(STOP)

    assert workers.sent == []


def test_after_a_while_one_may_press_again(pressed_too_often, sara) -> None:
    assert pressed_too_often.post(CANCEL).status_code == 429
    cache.delete(f"throttle_server-action_{sara.pk}")

    assert pressed_too_often.post(CANCEL).status_code == 302


def test_without_the_cache_nobody_is_refused(browser, three_a_minute, settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.2},
        }
    }

    assert {browser.post(START).status_code for _time in range(5)} == {302}
