"""Way to the Lab while the portal does not answer: the page stays, and leaves once it answers."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.status import snapshots
from tests.browser.live_pages import RUNNING, Opened, hide
from tests.browser.test_polling import record_polls

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARD = "**/dashboard/server/**"
OPEN = re.compile(r"/server/open/")
LAB = re.compile(r"/hub/oauth_login\?next=")
PHONE = {"width": 390, "height": 844}
State = SpawnRequest.State
Answer = Callable[[Route], None]


@pytest.fixture(autouse=True)
def hub(settings: Settings, live_server: LiveServer) -> None:
    """The live server answers for the Hub too: Playwright catches no redirected request."""
    settings.HUB_URL = live_server.url


def refuse(route: Route) -> None:
    route.abort("connectionrefused")


def answer_as_edge(route: Route) -> None:
    route.fulfill(status=502, body="")


def become_ready(student: User) -> None:
    SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())


def follow_a_start(open_page: Opened, student: User) -> Page:
    """Open the page of a start in progress, as after a click on "Start"."""
    start = SpawnRequest.objects.create(user=student, state=State.STARTING, progress=90)
    return open_page(f"/dashboard/?follow={start.pk}", viewport=PHONE)


def page_of_ready_server(open_page: Opened, student: User, path: str = "/dashboard/") -> Page:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    return open_page(path, viewport=PHONE)


def record_requests_to_open(page: Page) -> list[str]:
    """Return a list that grows by the method of each request to `/server/open/` from now on."""
    methods: list[str] = []

    def record(request: Request) -> None:
        if OPEN.search(request.url):
            methods.append(request.method)

    page.on("request", record)
    return methods


@pytest.mark.parametrize("answer", [refuse, answer_as_edge])
def test_ready_page_leaves_once_portal_answers(
    open_page: Opened, student: User, answer: Answer
) -> None:
    page = follow_a_start(open_page, student)
    page.route(OPEN, answer)
    become_ready(student)

    expect(page.locator("#portal-unreachable")).to_be_visible()
    page.route(CARD, answer)
    expect(page.locator("#server-card")).to_have_attribute("data-state", "ready")

    page.unroute(OPEN)
    page.wait_for_url(LAB)


@pytest.mark.parametrize("answer", [refuse, answer_as_edge])
def test_open_button_leaves_once_portal_answers(
    open_page: Opened, student: User, answer: Answer
) -> None:
    page = page_of_ready_server(open_page, student)
    page.route(OPEN, answer)
    page.click("#server-open")

    expect(page.locator("#portal-unreachable")).to_be_visible()
    expect(page.locator("#server-open")).to_be_enabled()

    page.unroute(OPEN)
    page.wait_for_url(LAB)


def test_way_to_the_lab_costs_one_more_request(open_page: Opened, student: User) -> None:
    page = page_of_ready_server(open_page, student)
    methods = record_requests_to_open(page)
    page.click("#server-open")
    page.wait_for_url(LAB)
    assert methods == ["HEAD", "GET"]


def test_leaving_page_does_not_poll_at_once(open_page: Opened, student: User) -> None:
    page = follow_a_start(open_page, student)
    way: list[Route] = []
    page.route(
        OPEN,
        lambda route: route.continue_() if route.request.method == "HEAD" else way.append(route),
    )
    become_ready(student)
    with page.expect_request(lambda sent: sent.method == "GET" and bool(OPEN.search(sent.url))):
        pass
    polls = record_polls(page)
    page.wait_for_timeout(1500)  # the pause of a ready server is ten times as long
    assert (len(way), polls) == (1, [])


def test_second_click_on_open_sends_nothing(open_page: Opened, student: User) -> None:
    page = page_of_ready_server(open_page, student)
    waiting: list[Route] = []
    page.route(OPEN, lambda route: waiting.append(route))
    page.dblclick("#server-open")
    page.wait_for_timeout(300)
    assert len(waiting) == 1


def test_fragment_is_kept_until_portal_answers(open_page: Opened, student: User) -> None:
    path = "/dashboard/?next=/user/sara/lab/tree/a.md#part-2"
    page = page_of_ready_server(open_page, student, path)
    page.route(OPEN, refuse)
    page.click("#server-open")
    expect(page.locator("#portal-unreachable")).to_be_visible()

    page.unroute(OPEN)
    page.wait_for_url(re.compile(f"{LAB.pattern}.*#part-2$"))


def test_stop_ends_the_wish_to_open(open_page: Opened, student: User) -> None:
    page = page_of_ready_server(open_page, student)
    page.route(OPEN, refuse)
    page.click("#server-open")
    expect(page.locator("#portal-unreachable")).to_be_visible()
    page.click("#server-stop-toggle")
    page.click("#server-stop")
    expect(page.locator("#server-card")).not_to_have_attribute("data-state", "ready")

    methods = record_requests_to_open(page)
    page.unroute(OPEN)
    page.wait_for_timeout(3000)  # longer than the second pause
    assert methods == []


def test_signed_out_page_leaves_for_sign_in(open_page: Opened, student: User) -> None:
    page = page_of_ready_server(open_page, student)
    page.route(OPEN, refuse)
    page.click("#server-open")
    expect(page.locator("#portal-unreachable")).to_be_visible()
    page.context.clear_cookies()

    page.unroute(OPEN)
    page.wait_for_url(re.compile(r"/accounts/login/\?next="))


def test_hidden_page_leaves_once_shown(open_page: Opened, student: User) -> None:
    page = page_of_ready_server(open_page, student)
    page.route(OPEN, refuse)
    page.click("#server-open")
    expect(page.locator("#portal-unreachable")).to_be_visible()
    hide(page, hidden=True)
    page.unroute(OPEN)
    methods = record_requests_to_open(page)
    page.wait_for_timeout(3000)  # longer than the second pause
    assert methods == []

    hide(page, hidden=False)
    page.wait_for_url(LAB)


def test_ctrl_click_opens_a_new_tab(open_page: Opened, student: User) -> None:
    page = page_of_ready_server(open_page, student)
    with page.context.expect_page() as opened:
        page.click("#server-open", modifiers=["ControlOrMeta"])
    opened.value.wait_for_url(LAB)
    assert page.url.endswith("/dashboard/")


def test_open_works_without_the_dashboard_script(open_page: Opened, student: User) -> None:
    snapshots.record(student.pk, RUNNING, as_of=timezone.now())
    page = open_page("/privacy/", viewport=PHONE)
    page.route("**/dashboard-page*.js", refuse)
    page.goto(page.url.replace("/privacy/", "/dashboard/"))
    page.click("#server-open")
    page.wait_for_url(LAB)
