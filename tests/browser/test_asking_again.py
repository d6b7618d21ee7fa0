"""How an open dashboard asks for its card: seldom, never twice at once, and not while unseen."""

import time
from itertools import pairwise

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from tests.browser.live_pages import RUNNING, Opened, ask_again

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD = "**/dashboard/server/**"
State = SpawnRequest.State


@pytest.fixture
def starting(student: User) -> SpawnRequest:
    """A start under way: its page asks quickly."""
    return SpawnRequest.objects.create(user=student, state=State.STARTING, progress=20)


def questions(page: Page) -> list[Request]:
    """Every question for the card from now on."""
    asked: list[Request] = []
    page.on("request", lambda sent: asked.append(sent) if "/dashboard/server/" in sent.url else 0)
    return asked


def hide(page: Page, *, hidden: bool) -> None:
    """As when the reader turns to another tab, and back."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_change_is_on_the_screen_without_a_press(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    SpawnRequest.objects.update(progress=60, message="در راه")
    expect(page.locator("#server-progress")).to_have_attribute("aria-valuenow", "60", timeout=3000)


def test_an_unchanged_card_is_left_standing(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    page.evaluate("document.getElementById('server-card').dataset.mine = 'yes'")
    for _time in range(2):
        with page.expect_response(CARD) as answer:
            pass
        assert answer.value.status == 204
    expect(page.locator("#server-card")).to_have_attribute("data-mine", "yes")


def test_progress_moves_to_its_new_place_and_does_not_jump(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    page.evaluate(
        """() => {
            window.seen = [];
            (function look() {
                window.seen.push(document.getElementById("server-progress").value);
                requestAnimationFrame(look);
            })();
        }"""
    )
    SpawnRequest.objects.update(progress=80)
    expect(page.locator("#server-progress")).to_have_js_property("value", 80)

    seen = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert len([value for value in seen if 20 < value < 80]) >= 3


def test_nobody_asks_for_a_page_that_is_not_seen_and_at_once_when_it_is_again(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    with page.expect_response(CARD):
        pass
    hide(page, hidden=True)
    asked = questions(page)
    SpawnRequest.objects.update(progress=70)
    page.wait_for_timeout(2000)  # three times as long as it takes while it is seen
    assert asked == []

    with page.expect_request(CARD, timeout=400):
        hide(page, hidden=False)
    expect(page.locator("#server-progress")).to_have_attribute("aria-valuenow", "70")


def test_a_slow_link_has_one_question_under_way_and_no_pile(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    waiting: list[Route] = []
    page.route(CARD, lambda route: waiting.append(route))
    page.wait_for_timeout(3000)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)

    assert len(waiting) == 1
    waiting[0].continue_()
    page.wait_for_timeout(1500)
    assert len(waiting) == 2  # the next one, after the answer
    waiting[1].abort()


def test_a_portal_that_does_not_answer_is_asked_less_and_less_and_told(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    notice = page.locator("#portal-unreachable")
    moments: list[float] = []

    def refuse(route: Route) -> None:
        moments.append(time.monotonic())
        route.abort()

    page.route(CARD, refuse)
    expect(notice).to_be_visible(timeout=6000)
    assert len(moments) >= 2  # a single lost packet is nobody's business
    while len(moments) < 4:
        page.wait_for_timeout(100)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses[2] > 1.5 * pauses[0]

    page.unroute(CARD, refuse)
    ask_again(page)
    expect(notice).to_be_hidden()


def test_a_press_that_reaches_nobody_is_told_at_once(open_page: Opened) -> None:
    page = open_page("/dashboard/")
    page.route("**/server/start/", lambda route: route.abort())
    page.click("#server-start")
    expect(page.locator("#portal-unreachable")).to_be_visible()


def test_a_device_without_network_is_told_so_and_looks_again_when_it_is_back(
    open_page: Opened, student: User
) -> None:
    page = open_page("/dashboard/")
    page.context.set_offline(True)
    notice = page.locator("#network-gone")
    expect(notice).to_contain_text("به شبکه وصل نیست")
    expect(page.locator("#portal-unreachable")).to_be_hidden()

    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page.context.set_offline(False)
    expect(notice).to_be_hidden()
    expect(page.locator("#server-card")).to_have_attribute("data-state", "ready")


def test_a_class_that_opened_the_page_together_does_not_ask_in_step(
    open_page: Opened, starting: SpawnRequest
) -> None:
    page = open_page("/dashboard/")
    moments: list[float] = []
    page.on(
        "request",
        lambda sent: moments.append(time.monotonic()) if "/dashboard/server/" in sent.url else 0,
    )
    while len(moments) < 7:
        page.wait_for_timeout(100)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert max(pauses) - min(pauses) > 0.05


def test_progress_is_not_read_out_with_each_step(open_page: Opened, starting: SpawnRequest) -> None:
    page = open_page("/dashboard/")
    announcement = page.locator("#server-announcement")
    for progress, message in ((40, "یک"), (60, "دو")):
        SpawnRequest.objects.update(progress=progress, message=message)
        expect(page.locator("#server-progress")).to_have_attribute("aria-valuenow", str(progress))
        expect(announcement).to_be_empty()

    SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())
    snapshots.record(starting.user_id, RUNNING, as_of=timezone.now())
    expect(announcement).to_have_text("سرور شما آماده است")


def test_a_press_too_many_is_answered_above_the_card(
    open_page: Opened, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {"server-action": "1/min"}
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.THROTTLE_RATES", rates)
    page = open_page("/dashboard/")
    expect(page.locator("#server-notice")).to_be_hidden()
    page.click("#server-start")
    page.click("#server-cancel")

    expect(page.locator("#server-notice")).to_contain_text("صبر کنید")
    expect(page.locator("#server-card")).to_have_attribute("data-state", "queued")
    expect(page.locator("#portal-unreachable")).to_be_hidden()
