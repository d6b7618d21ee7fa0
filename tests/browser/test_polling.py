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
from tests.browser.live_pages import RUNNING, Opened, poll

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


def hide(page: Page, *, hidden: bool) -> None:
    """Act as if the reader changed to another tab, or back."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


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


def test_hidden_page_polls_only_once_shown(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    with page.expect_response(CARD):
        pass
    hide(page, hidden=True)
    polls = record_polls(page)
    SpawnRequest.objects.update(progress=70)
    page.wait_for_timeout(2000)  # three times the pause of a visible page
    assert polls == []

    with page.expect_request(CARD, timeout=400):
        hide(page, hidden=False)
    expect(page.locator("#server-progress")).to_have_attribute("aria-valuenow", "70")


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
