"""Polling of the server card by an open dashboard: its pace, its pauses and its failures."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from portal.limits.rates import Rate
from tests.browser.live_pages import RUNNING, Opened, hide, poll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD = "**/dashboard/server/**"
State = SpawnRequest.State


@pytest.fixture
def starting(student: User) -> SpawnRequest:
    """A start in progress: its page polls quickly."""
    return SpawnRequest.objects.create(user=student, state=State.STARTING, progress=20)


def record_polls(page: Page) -> list[float]:
    """Return a list that grows by the time, in seconds, of each poll from now on."""
    times: list[float] = []

    def record(request: Request) -> None:
        if "/dashboard/server/" in request.url:
            times.append(time.monotonic())

    page.on("request", record)
    return times


def wait_for_polls(page: Page, times: list[float], count: int) -> list[float]:
    """Wait until there are this many polls; return the pauses between them, in seconds."""
    while len(times) < count:
        page.wait_for_timeout(100)
    return [later - earlier for earlier, later in pairwise(times)]


def test_unchanged_card_is_not_replaced(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    page.evaluate("document.getElementById('server-card').dataset.mine = 'yes'")
    for _poll in range(2):
        with page.expect_response(CARD) as response:
            pass
        assert response.value.status == 204
    expect(page.locator("#server-card")).to_have_attribute("data-mine", "yes")


def test_polled_progress_moves_in_small_steps(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    page.evaluate(
        """() => {
            window.seen = [];
            (function record() {
                window.seen.push(document.getElementById("server-progress").value);
                requestAnimationFrame(record);
            })();
        }"""
    )
    SpawnRequest.objects.update(progress=80)
    expect(page.locator("#server-progress")).to_have_js_property("value", 80)

    seen = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert len([value for value in seen if 20 < value < 80]) >= 3


def test_calm_hidden_page_polls_only_once_shown(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/")
    page.evaluate("document.getElementById('server-card').dataset.pollAfter = '0.3'")
    poll(page)
    hide(page, hidden=True)
    polls = record_polls(page)
    page.wait_for_timeout(2000)  # six times the pause of a visible page
    assert polls == []

    with page.expect_request(CARD, timeout=400):
        hide(page, hidden=False)


def test_hidden_page_polls_a_start_gently(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    polls = record_polls(page)
    page.wait_for_timeout(6000)
    visible = len(polls)
    hide(page, hidden=True)
    polls.clear()
    page.wait_for_timeout(6500)  # one pause of 5 s, a fifth longer at most
    assert 1 <= len(polls) <= 2
    assert visible >= 3 * len(polls)

    with page.expect_request(CARD, timeout=400):
        hide(page, hidden=False)


def test_hidden_page_polls_ever_less_and_ends(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    page.clock.install()
    page.reload()
    hide(page, hidden=True)
    for _minute in range(8):
        with page.expect_response(CARD):
            page.clock.run_for(60_000)
    polls = record_polls(page)
    polls_by_minute = []
    for _minute in range(8, 65):
        page.clock.run_for(60_000)
        page.wait_for_timeout(50)  # for the response
        polls_by_minute.append(len(polls))

    assert 5 <= polls_by_minute[-1] <= 30
    assert polls_by_minute[-1] == polls_by_minute[-4]  # it ended after an hour


def test_slow_link_has_one_poll_in_flight(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    waiting: list[Route] = []
    page.route(CARD, lambda route: waiting.append(route))
    page.wait_for_timeout(3000)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)

    assert len(waiting) == 1
    waiting[0].continue_()
    page.wait_for_timeout(1500)
    assert len(waiting) == 2  # the next one, after the response
    waiting[1].abort()


def test_unreachable_portal_is_reported_and_polled_less_often(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    notice = page.locator("#portal-unreachable")
    page.route(CARD, lambda route: route.abort())
    polls = record_polls(page)
    expect(notice).to_be_visible(timeout=6000)
    assert len(polls) >= 2  # one lost packet is not reported
    pauses = wait_for_polls(page, polls, 4)
    assert pauses[2] > 1.5 * pauses[0]

    page.unroute(CARD)
    poll(page)
    expect(notice).to_be_hidden()


def test_click_that_fails_is_reported_at_once(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.route("**/server/start/", lambda route: route.abort())
    page.click("#server-start")
    expect(page.locator("#portal-unreachable")).to_be_visible()


def test_offline_device_is_reported_and_polls_when_online(open_page: Opened, student: User) -> None:
    page = open_page("/dashboard/")
    page.context.set_offline(True)
    notice = page.locator("#network-gone")
    expect(notice).to_contain_text("به شبکه وصل نیست")
    expect(page.locator("#portal-unreachable")).to_be_hidden()

    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page.context.set_offline(False)
    expect(notice).to_be_hidden()
    expect(page.locator("#server-card")).to_have_attribute("data-state", "ready")


def test_pauses_between_polls_vary(open_page: Opened, starting: SpawnRequest) -> None:
    """Otherwise the pages of a class, opened together, would poll at the same moments."""
    page = open_page("/dashboard/")
    pauses = wait_for_polls(page, record_polls(page), 7)
    assert max(pauses) - min(pauses) > 0.05


def test_rate_limit_is_reported_above_the_card(
    open_page: Opened, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate = Rate(1, timedelta(minutes=1))
    monkeypatch.setattr("jupyter_integration.views.throttled.CLICKS", rate)
    page = open_page("/dashboard/")
    expect(page.locator("#server-notice")).to_be_hidden()
    page.click("#server-start")
    page.click("#server-cancel")

    expect(page.locator("#server-notice")).to_contain_text("صبر کنید")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    expect(page.locator("#portal-unreachable")).to_be_hidden()
