"""Redis is stopped, full, or hangs: people sign up and in all the same, and no page waits long.

A whole copy with a real Redis as cache and broker, whose people signed up while it was well.
"""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, Page

from accounts.tests.second_factor.app import App
from bench import databases
from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.part import Part
from tests.browser.people import (
    PASSWORD,
    Person,
    expect_lab,
    sign_in,
    sign_up,
    somebody,
    start,
)
from tests.running_system import RunningSystem, clean_environment

pytestmark = [pytest.mark.browser]

# Of some pages: one timeout of Redis as cache and one as broker in each of two web processes, and
# room for a busy machine.
LONGEST_STEP = 15.0  # seconds
NEW_PASSWORD = "Parvaneh-dar-baran-92"


class BrokenRedis:
    """A Redis that can fail in three ways, and recover."""

    def __init__(self, folder: Path) -> None:
        [self._port] = free_ports(1)
        self._part: Part = databases.redis(folder, self._port, clean_environment())
        self._part.start()
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def stop(self) -> None:
        self._part.end(signal.SIGKILL)

    def fill(self) -> None:
        self._client().config_set("maxmemory", "1")

    def hang(self) -> None:
        os.kill(self._part.pid, signal.SIGSTOP)

    def recover(self) -> None:
        if not self._part.runs():
            self._part.start()
        os.kill(self._part.pid, signal.SIGCONT)
        self._client().config_set("maxmemory", "0")

    def end(self) -> None:
        self._part.end(signal.SIGKILL)

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self._port)


@dataclass
class Timed:
    """What people did, with the seconds that each took."""

    steps: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.steps[name] = round(now - self._began, 1)
        self._began = now


@pytest.fixture(scope="module")
def broken_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrokenRedis]:
    server = BrokenRedis(tmp_path_factory.mktemp("redis"))
    yield server
    server.end()


@pytest.fixture(scope="module")
def running_system(
    broken_redis: BrokenRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSystem]:
    var = tmp_path_factory.mktemp("copy") / "var"
    with RunningSystem.start(var, {"REDIS_URL": broken_redis.url}) as copy:
        yield copy


@pytest.fixture(scope="module")
def with_lab(running_system: RunningSystem, browser: Browser) -> Person:
    """A lecturer whose server runs."""
    omid = somebody("omid")
    with closing(browser.new_context()) as context:
        page = context.new_page()
        sign_up(page, omid, running_system.portal_url)
        start(page)
        expect_lab(page, omid, running_system.hub_url)
    return omid


@pytest.mark.parametrize("fault", ["stop", "fill", "hang"])
def test_people_sign_in_while_redis_fails(
    new_context: Callable[..., BrowserContext],
    running_system: RunningSystem,
    broken_redis: BrokenRedis,
    with_lab: Person,
    fault: str,
) -> None:
    portal, var = running_system.portal_url, running_system.var
    sara, nasrin = somebody("sara"), somebody("nasrin")
    app = sign_up_with_app(new_context().new_page(), sara, portal, var)
    sign_up(new_context().new_page(), nasrin, portal)

    getattr(broken_redis, fault)()
    timed = Timed()
    try:
        sign_up(new_context().new_page(), somebody("mallory"), portal)
        timed.lap("sign-up")
        sign_in_with_code(new_context().new_page(), sara, app, portal)
        timed.lap("second factor")
        reset_password(new_context().new_page(), nasrin, portal, var)
        timed.lap("reset")
        sign_in(new_context().new_page(), nasrin, portal, password=NEW_PASSWORD)
        timed.lap("sign-in")
        open_lab(new_context().new_page(), with_lab, running_system)
        timed.lap("Lab")
    finally:
        broken_redis.recover()
    print(fault, timed.steps)
    assert max(timed.steps.values()) < LONGEST_STEP


def open_lab(page: Page, person: Person, system: RunningSystem) -> None:
    """Open the Lab by its address, and sign in on the way."""
    page.goto(f"{system.lab_url(person.username)}/lab")
    page.wait_for_url(f"{system.portal_url}/accounts/login/**")
    fill_sign_in(page, person, PASSWORD)
    expect_lab(page, person, system.hub_url)


def sign_up_with_app(page: Page, person: Person, portal: str, var: Path) -> App:
    """Return the person's authenticator app; its code of this half minute is not used yet."""
    sign_up(page, person, portal)
    confirm_address(var, person)
    page.goto(f"{portal}/accounts/2fa/totp/activate/")
    if page.locator("[name=password]").count():
        page.fill("[name=password]", PASSWORD)
        page.click("main form [type=submit]")
    app = App((page.text_content("code.secret") or "").replace(" ", "").strip())
    page.fill("[name=code]", app.code(half_minutes=-1))
    page.click("main form:has([name=code]) [type=submit]")
    page.wait_for_url(re.compile(r"/accounts/2fa/(recovery-codes/.*)?$"))
    return app


def sign_in_with_code(page: Page, person: Person, app: App, portal: str) -> None:
    page.goto(f"{portal}/accounts/login/")
    fill_sign_in(page, person, PASSWORD)
    page.wait_for_url(f"{portal}/accounts/2fa/authenticate/**")
    page.fill("[name=code]", app.code())
    page.click("main form:has([name=code]) [type=submit]")
    page.wait_for_url(f"{portal}/dashboard/**")


def fill_sign_in(page: Page, person: Person, password: str) -> None:
    page.fill("[name=login]", person.username)
    page.fill("[name=password]", password)
    page.click("main form:has([name=login]) [type=submit]")


def reset_password(page: Page, person: Person, portal: str, var: Path) -> None:
    page.goto(f"{portal}/accounts/password/reset/")
    page.fill("[name=email]", person.email)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{portal}/accounts/password/reset/done/")
    page.goto(portal + reset_link(var, person))
    page.fill("[name=password1]", NEW_PASSWORD)
    page.fill("[name=password2]", NEW_PASSWORD)
    page.click("main form [type=submit]")
    page.wait_for_url(f"{portal}/dashboard/**")


def reset_link(var: Path, person: Person) -> str:
    """Return the path of the link in the mail, which waits in the outbox or is in a file."""
    files = (var / "mail").glob("*")
    bodies = [file.read_text(encoding="utf-8", errors="replace") for file in files]
    with closing(sqlite3.connect(var / "portal.sqlite3")) as database:
        bodies += [row[0] for row in database.execute("SELECT body FROM accounts_outgoingmail")]
    links = [
        found[1]
        for body in bodies
        if person.username in body
        for found in [re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", body)]
        if found
    ]
    return links[-1]


def confirm_address(var: Path, person: Person) -> None:
    with closing(sqlite3.connect(var / "portal.sqlite3", timeout=20)) as database:
        database.execute(
            "UPDATE account_emailaddress SET verified = 1 WHERE email = ?", [person.email]
        )
        database.commit()
