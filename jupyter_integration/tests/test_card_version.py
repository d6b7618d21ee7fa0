"""A page is sent its card again when the card looks different, and not otherwise."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from jupyter_integration.failures.catalogue import explain
from jupyter_integration.models import SpawnRequest
from jupyter_integration.server_states import ServerState
from jupyter_integration.status.recent_requests import invalidate_recent_requests
from jupyter_integration.status.server_status import ServerStatus, StopCause, StopReason
from jupyter_integration.tests.pages import CARD, DASHBOARD, HTMX
from jupyter_integration.tests.scenes import provision, see, start, stop
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


def next_question(response) -> tuple[str, float]:
    """Where and after how many seconds the page asks again."""
    card = BeautifulSoup(response.content, "html.parser").find(id="server-card")
    return str(card["hx-get"]), float(str(card["data-ask-again"]))


def ask(browser: Client, address: str):
    return browser.get(address, headers=HTMX)


def version(status: ServerStatus, **more: str) -> str:
    return card_version(status, **({"next_path": "", "follow": ""} | more))


def test_an_unchanged_card_is_not_sent_again(browser) -> None:
    address, _seconds = next_question(browser.get(DASHBOARD))

    answer = ask(browser, address)

    assert answer.status_code == 204
    assert answer.content == b""
    assert float(answer["Ask-Again-After"]) > 0


def test_a_changed_card_is_sent_with_its_new_version(browser, sara) -> None:
    address, _seconds = next_question(browser.get(DASHBOARD))
    see(sara, ready=True)

    answer = ask(browser, address)

    assert answer.status_code == 200
    again, _seconds = next_question(answer)
    assert again != address
    assert ask(browser, again).status_code == 204


def test_a_press_answers_with_a_card_that_need_not_be_sent_again(browser) -> None:
    address, _seconds = next_question(browser.post("/server/start/", headers=HTMX))

    assert ask(browser, address).status_code == 204


def test_the_start_that_was_followed_leads_to_the_lab_once(browser, sara) -> None:
    request = start(sara, State.STARTING)
    page = browser.get(DASHBOARD, {"follow": request.pk})
    address, _seconds = next_question(page)
    assert parse_qs(urlsplit(address).query)["follow"] == [str(request.pk)]
    see(sara, ready=True)
    SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())
    invalidate_recent_requests(sara.pk)

    answer = ask(browser, address)
    again, _seconds = next_question(answer)

    assert "lab-ready" in answer["HX-Trigger-After-Swap"]
    assert ask(browser, again).status_code == 204


def test_who_asks_without_having_seen_any_gets_the_card(browser) -> None:
    assert ask(browser, CARD).status_code == 200


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
def test_whatever_is_shown_makes_another_version(other: ServerStatus) -> None:
    assert version(other) != version(STARTING)


def test_the_way_to_go_and_the_start_to_follow_are_part_of_it() -> None:
    versions = {version(STARTING), version(STARTING, follow="7"), version(STARTING, next_path="/x")}

    assert len(versions) == 3


def test_a_card_in_another_language_is_another() -> None:
    with translation.override("en"):
        assert version(STARTING) != card_version_in_persian()


def card_version_in_persian() -> str:
    with translation.override("fa"):
        return version(STARTING)


def test_a_newer_reading_that_says_the_same_makes_no_other_version() -> None:
    assert version(replace(STARTING, as_of=timezone.now())) == version(STARTING)


def test_the_age_that_is_told_while_the_hub_is_away_makes_another_version() -> None:
    away = replace(STARTING, stale=True)
    ages = [timezone.now() - timedelta(minutes=minutes) for minutes in (5, 5, 6)]

    first, same, later = (version(replace(away, as_of=age)) for age in ages)

    assert first == same
    assert later != first


class TestPace:
    def test_while_a_server_starts_or_stops_the_page_asks_quickly(self, browser, sara) -> None:
        start(sara, State.STARTING)
        assert next_question(browser.get(DASHBOARD))[1] <= 0.8

        SpawnRequest.objects.update(state=State.READY, finished_at=timezone.now())
        stop(sara)
        assert next_question(browser.get(DASHBOARD))[1] <= 0.8

    def test_in_line_behind_others_it_asks_less_often(self, browser, sara, omid) -> None:
        start(omid)
        start(sara)
        assert 1 < next_question(browser.get(DASHBOARD))[1] <= 3

    def test_the_next_in_line_is_taken_up_in_a_moment_and_asks_quickly(self, browser, sara) -> None:
        start(sara)
        assert next_question(browser.get(DASHBOARD))[1] <= 0.8

    def test_a_calm_page_asks_seldom(self, browser) -> None:
        assert next_question(browser.get(DASHBOARD))[1] >= 10

    def test_one_that_shows_something_old_asks_soon_for_what_is_being_read(
        self, browser, sara
    ) -> None:
        cache.clear()
        see(sara, as_of=timezone.now() - timedelta(seconds=12))
        assert next_question(browser.get(DASHBOARD))[1] <= 3

    def test_while_the_hub_is_away_nobody_asks_quickly(self) -> None:
        stopping = ServerStatus(ServerState.STOPPING, "")

        assert stopping.poll_after < 1
        assert replace(stopping, stale=True).poll_after > 1


def test_an_ending_is_sent_once_it_is_told_and_again_as_its_age_changes_in_words(clock) -> None:
    stopped = ServerStatus(ServerState.STOPPED, "")
    ended = replace(stopped, stop_reason=StopReason(StopCause.EXITED, clock.now, exit_status=1))
    seen = [version(stopped), version(ended)]
    for seconds in (60, 1, 60):
        clock.go(seconds)
        seen.append(version(ended))

    assert seen[2] == seen[3]
    assert len(set(seen)) == 4
