"""Restart of the Hub: people at work in a Lab do not notice it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests
from playwright.sync_api import Page

from tests import hub_names
from tests.browser.people import expect_card, expect_lab, sign_up, somebody, start
from tests.smoke import engine
from tests.smoke.conftest import Measured
from tests.smoke.people import sign_up_and_start
from tests.smoke.stack import Stack, container_of

PROBE_INTERVAL = 0.05  # seconds
PROBE_TIMEOUT = 5.0  # seconds


@dataclass
class Probes:
    """Results of repeated requests for one address."""

    good: int = 0
    bad: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds


@contextmanager
def probing(url: str, cookies: dict[str, str], authority: Path) -> Iterator[Probes]:
    """Request a person's own page repeatedly until the end of the block."""
    probes = Probes()
    stopped = threading.Event()

    def probe() -> None:
        with hub_names.session(authority=str(authority)) as session:
            session.cookies.update(cookies)
            while not stopped.wait(PROBE_INTERVAL):
                began = time.monotonic()
                try:
                    answer = session.get(url, timeout=PROBE_TIMEOUT, allow_redirects=False)
                except requests.RequestException as error:
                    probes.bad.append(str(error))
                    continue
                probes.slowest = max(probes.slowest, time.monotonic() - began)
                if answer.status_code == requests.codes.ok:
                    probes.good += 1
                else:
                    probes.bad.append(f"{answer.status_code} {answer.text[:200]}")

    prober = threading.Thread(target=probe)
    prober.start()
    try:
        yield probes
    finally:
        stopped.set()
        prober.join()


def test_server_answers_while_the_hub_restarts(
    page: Page, stack: Stack, measured: Measured, tmp_path: Path
) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, stack)
    before = engine.inspect(container_of(sara.username))["State"]["StartedAt"]
    contents = f"{stack.lab_url(sara.username)}/api/contents"
    authority = tmp_path / "root.crt"
    authority.write_bytes(stack.authority())
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies(contents)}

    with probing(contents, cookies, authority) as probes:
        stack.compose("restart", "jupyterhub")
        stack.compose("up", "--detach", "--wait", "jupyterhub")
        # After its start the Hub reads from proxy and engine which servers run.
        page.goto(f"{stack.portal_url}/dashboard/")
        expect_card(page, "ready")
        omid = somebody("omid")
        another = page.context.browser.new_context().new_page()
        sign_up(another, omid, stack.portal_url)
        start(another)
        expect_lab(another, omid, stack.hub_url)
        another.context.close()

    measured("probes of a Lab while the Hub restarted", f"{probes.good}")
    measured("of these, failed", f"{len(probes.bad)}")
    measured("the slowest of them", f"{probes.slowest:.2f} s")
    assert probes.bad == []
    assert probes.good > 20
    assert engine.inspect(container_of(sara.username))["State"]["StartedAt"] == before
