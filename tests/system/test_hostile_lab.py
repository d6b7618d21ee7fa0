"""A server whose owner attacks its visitors, in a real browser.

Mallory's server answers strangers without sign-in (tests/hostile/). Sara has her Lab open and
visits its page; omid signs in after mallory in the same browser profile, on a shared machine. With
a host name for each server nothing is reached. With one name for all, no service worker stays
behind; what such a page can still do is in docs/security.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import launch
from tests.browser.people import Person, sign_out
from tests.hostile.scene import Scene
from tests.running_system import RunningSystem

pytestmark = [pytest.mark.system, pytest.mark.browser]

MARK = "mallory-was-here"


class Homes:
    """Homes of a copy of `make up`: folders."""

    def __init__(self, copy: RunningSystem) -> None:
        self._folder = copy.var / "homes"

    def copy_into(self, person: Person, folder: Path, name: str) -> None:
        home = self._folder / person.username
        home.mkdir(mode=0o700, parents=True)
        shutil.copytree(folder, home / name)

    def read(self, person: Person, path: str) -> str:
        return (self._folder / person.username / path).read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


@pytest.fixture(scope="module")
def own_names(running_system: RunningSystem, browser: Browser) -> Iterator[Scene]:
    """A name for each server, the default."""
    scene = Scene(running_system, Homes(running_system), browser)
    yield scene
    scene.profile.close()


@pytest.fixture(scope="module")
def one_name(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Scene]:
    """One name for all servers."""
    var = tmp_path_factory.mktemp("one-name") / "var"
    with RunningSystem.start(var, {"LAB_SUBDOMAINS": "false"}) as copy:
        scene = Scene(copy, Homes(copy), browser)
        yield scene
        scene.profile.close()


def test_page_of_a_neighbour_reaches_nothing(own_names: Scene) -> None:
    context = own_names.browser.new_context()
    page = context.new_page()
    sara = own_names.join(page, "sara")

    reached = own_names.attack(context, sara)

    her_own = own_names.system.lab_url(own_names.mallory.username)
    assert reached.pop("worker") == urljoin(her_own, "/")
    assert reached.pop("planted cookies") == ""
    sent = {name for name, result in reached.items() if result == "sent"}
    assert sent == {"blind post", "form", "sign out"}
    others = {name: result for name, result in reached.items() if name not in sent}
    assert set(others) == {"fetch", "frame", "websocket", "hub", "window"}
    assert {result.split(":")[0] for result in others.values()} == {"refused"}
    # The blind requests have changed nothing, and sara is still signed in.
    assert own_names.read(context, sara, "api/kernels") == (200, [])
    context.close()


def test_server_of_a_neighbour_gets_no_useful_cookie(own_names: Scene) -> None:
    """A session id reaches it, but signs nobody out."""
    context = own_names.browser.new_context()
    sara = own_names.join(context.new_page(), "sara")
    own_names.attack(context, sara)

    cookies = own_names.received()[-1]["cookies"]
    names = {part.split("=")[0].strip() for part in cookies.split(";")}
    assert names <= {"jupyterhub-session-id"}
    stranger = own_names.browser.new_context(extra_http_headers={"Cookie": cookies})
    stranger.new_page().goto(f"{own_names.system.hub_url}/hub/logout")

    assert own_names.read(context, sara, "api/contents")[0] == 200
    stranger.close()
    context.close()


def test_next_person_at_the_machine_is_not_attacked(own_names: Scene) -> None:
    own_names.attack(own_names.profile, own_names.mallory)
    page = own_names.profile.new_page()
    sign_out(page, own_names.system.portal_url)

    omid = own_names.join(page, "omid")

    assert page.evaluate("window.owned") is None
    assert own_names.read(own_names.profile, omid, "api/contents")[0] == 200
    assert own_names.read(own_names.profile, own_names.mallory, "api/contents")[0] == 403


def test_one_name_for_all_separates_no_labs(one_name: Scene) -> None:
    """What the setting costs, and what shows that mallory's page works."""
    context = one_name.browser.new_context()
    sara = one_name.join(context.new_page(), "sara")

    reached = one_name.attack(context, sara)

    attacks = ("websocket", "window", "window: contents", "window: kernel")
    assert {reached[attack] for attack in attacks} == {"reached"}
    context.close()


def test_one_name_for_all_leaves_nothing_behind(one_name: Scene) -> None:
    reached = one_name.attack(one_name.profile, one_name.mallory)
    assert reached["worker"].startswith("refused")
    page = one_name.profile.new_page()
    page.goto(f"{one_name.system.lab_url(one_name.mallory.username)}/x/page")
    page.evaluate(f"localStorage.setItem('{MARK}', '1')")

    sign_out(page, one_name.system.portal_url)
    one_name.join(page, "omid")

    assert page.evaluate("window.owned") is None
    assert page.evaluate(f"localStorage.getItem('{MARK}')") is None
