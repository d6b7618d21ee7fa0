"""Version of a server card: a poll returns the card only if it looks different."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.failures.catalogue import explain
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.server_status import ServerStatus, StopCause, StopReason
from jupyter_integration.tests.pages import CARD, DASHBOARD, HTMX
from jupyter_integration.tests.scenes import provision, see, start
from jupyter_integration.views.card_version import card_version

State = SpawnRequest.State
STARTING = ServerStatus(
    ServerState.STARTING, "ساختن", progress=40, since=timezone.now(), request_id=7
)


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    client.force_login(provision(sara))
    see(sara)
    return client


def next_poll(response) -> tuple[str, float]:
    """Where and after how many seconds the page polls."""
    card = BeautifulSoup(response.content, "html.parser").find(id="server-card")
    return str(card["hx-get"]), float(str(card["data-poll-after"]))


def poll(browser: Client, address: str):
    return browser.get(address, headers=HTMX)


def version(status: ServerStatus, **more: str) -> str:
    return card_version(status, **({"next_path": "", "follow": "", "interface": ""} | more))


def test_unchanged_card_returns_204(browser) -> None:
    address, _seconds = next_poll(browser.get(DASHBOARD))

    answer = poll(browser, address)

    assert answer.status_code == 204
    assert answer.content == b""
    assert float(answer["Poll-After"]) > 0


def test_changed_card_comes_with_its_new_version(browser, sara) -> None:
    address, _seconds = next_poll(browser.get(DASHBOARD))
    see(sara, ready=True)

    answer = poll(browser, address)

    assert answer.status_code == 200
    next_address, _seconds = next_poll(answer)
    assert next_address != address
    assert poll(browser, next_address).status_code == 204


def test_card_after_a_click_has_a_version(browser) -> None:
    address, _seconds = next_poll(browser.post("/server/start/", headers=HTMX))

    assert poll(browser, address).status_code == 204


def test_followed_start_leads_to_the_lab_once(browser, sara) -> None:
    request = start(sara, State.STARTING)
    page = browser.get(DASHBOARD, {"follow": request.pk})
    address, _seconds = next_poll(page)
    assert parse_qs(urlsplit(address).query)["follow"] == [str(request.pk)]
    see(sara, ready=True)
    SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())

    answer = poll(browser, address)
    next_address, _seconds = next_poll(answer)

    assert "lab-ready" in answer["HX-Trigger-After-Swap"]
    assert poll(browser, next_address).status_code == 204


def test_poll_without_version_returns_the_card(browser) -> None:
    assert poll(browser, CARD).status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        replace(STARTING, progress=41),
        replace(STARTING, message="آماده‌سازی"),
        replace(STARTING, state=ServerState.QUEUED),
        replace(STARTING, request_id=8),
        replace(STARTING, stale=True),
        replace(STARTING, failure=explain("no_space", reference="S7")),
    ],
)
def test_each_shown_value_changes_the_version(other: ServerStatus) -> None:
    assert version(other) != version(STARTING)


def test_what_the_page_wants_changes_the_version() -> None:
    wishes = ({}, {"follow": "7"}, {"next_path": "/x"}, {"interface": "lab"})

    assert len({version(STARTING, **wish) for wish in wishes}) == 4


def test_language_changes_the_version() -> None:
    versions = set()
    for language in ("fa", "en"):
        with translation.override(language):
            versions.add(version(STARTING))

    assert len(versions) == 2


def test_newer_snapshot_alone_keeps_the_version() -> None:
    assert version(replace(STARTING, as_of=timezone.now())) == version(STARTING)


def test_shown_age_of_stale_status_changes_version() -> None:
    away = replace(STARTING, stale=True)
    ages = [timezone.now() - timedelta(minutes=minutes) for minutes in (5, 5, 6)]

    first, same, later = (version(replace(away, as_of=age)) for age in ages)

    assert first == same
    assert later != first


STOPPED = ServerStatus(ServerState.STOPPED, "")
QUEUED = ServerStatus(ServerState.QUEUED, "")


@pytest.mark.parametrize(
    ("status", "least", "most"),
    [
        pytest.param(STARTING, 0.5, 0.8, id="changing"),
        pytest.param(replace(QUEUED, wait=timedelta()), 0.5, 0.8, id="next in the queue"),
        pytest.param(QUEUED, 1, 3, id="behind others"),
        pytest.param(STOPPED, 10, 20, id="calm"),
        pytest.param(replace(STOPPED, is_outdated=True), 1, 3, id="refresh under way"),
        pytest.param(replace(STARTING, stale=True), 1, 3, id="Hub unavailable"),
    ],
)
def test_poll_after_depends_on_the_state(status: ServerStatus, least: float, most: float) -> None:
    fresh = replace(status, as_of=timezone.now())

    assert least <= fresh.poll_after <= most


def test_stop_reason_and_its_age_change_the_version(clock) -> None:
    stopped = ServerStatus(ServerState.STOPPED, "")
    ended = replace(stopped, stop_reason=StopReason(StopCause.EXITED, clock.now, exit_status=1))
    seen = [version(stopped), version(ended)]
    for seconds in (60, 1, 60):
        clock.go(seconds)
        seen.append(version(ended))

    assert seen[2] == seen[3]
    assert len(set(seen)) == 4
