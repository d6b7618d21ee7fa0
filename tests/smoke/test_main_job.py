"""The main job in containers: the tests of the trial mode again, and what only containers have."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page

from tests.browser.people import (
    Person,
    expect_card,
    expect_drawn_lab,
    expect_lab,
    sign_up,
    somebody,
    start,
    stop,
)
from tests.browser.test_main_job import (  # noqa: F401  (pytest finds them here)
    test_two_people_cannot_reach_each_others_server,
    test_whole_job_from_sign_up_to_sign_out,
)
from tests.smoke import engine
from tests.smoke.figures import Measured
from tests.smoke.people import read_in_lab, save_in_lab, sign_up_and_start
from tests.smoke.stack import Stack, container_of

MAX_START_SECONDS = 8.0
MAX_DETECTION_SECONDS = 35.0


def test_container_is_ready_soon_after_the_click(
    page: Page, stack: Stack, measured: Measured
) -> None:
    """One of three starts must be fast enough, since the machine may be busy."""
    sara = somebody("sara")
    sign_up(page, sara, stack.portal_url)

    for _attempt in range(3):
        seconds = seconds_from_click_to_lab(page, sara, stack)
        measured("from the click to the Lab", f"{seconds:.1f} s")
        if seconds <= MAX_START_SECONDS:
            return
        stop(page, stack.portal_url)
    pytest.fail(f"no start took less than {MAX_START_SECONDS} s")


def seconds_from_click_to_lab(page: Page, person: Person, stack: Stack) -> float:
    expect_card(page, "stopped")
    began = time.monotonic()
    page.click("#server-start")
    expect_lab(page, person, stack.hub_url)
    return time.monotonic() - began


def test_file_in_a_home_outlives_its_container(page: Page, stack: Stack) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, stack)
    expect_drawn_lab(page)
    first = engine.inspect(container_of(sara.username))["Id"]
    save_in_lab(page, sara, "memo.txt", "سلام")

    stop(page, stack.portal_url)
    assert container_of(sara.username) not in engine.names_of("container")
    start(page)
    expect_lab(page, sara, stack.hub_url)

    assert engine.inspect(container_of(sara.username))["Id"] != first
    expect_drawn_lab(page)
    assert read_in_lab(page, sara, "memo.txt") == "سلام"


def test_killed_container_is_soon_shown_as_stopped(
    page: Page, stack: Stack, measured: Measured
) -> None:
    omid = somebody("omid")
    sign_up_and_start(page, omid, stack)
    page.goto(f"{stack.portal_url}/dashboard/")
    expect_card(page, "ready")

    began = time.monotonic()
    engine.docker("kill", container_of(omid.username))
    expect_card(page, "stopped")
    seconds = time.monotonic() - began

    measured("from a container's death to «stopped» on the page", f"{seconds:.1f} s")
    assert seconds <= MAX_DETECTION_SECONDS
    assert container_of(omid.username) not in engine.names_of("container")
