"""A server whose owner attacks its visitors, in containers and with TLS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.people import Person
from tests.hostile.scene import Scene
from tests.smoke import engine
from tests.smoke.stack import HOME_PREFIX, Stack, container_of
from tests.system.test_hostile_lab import (  # noqa: F401  (pytest finds them here)
    test_next_person_at_the_machine_is_not_attacked,
    test_page_of_a_neighbour_reaches_nothing,
    test_server_of_a_neighbour_gets_no_useful_cookie,
)

WRITE = """
import json, pathlib, sys
given = json.load(sys.stdin)
folder = pathlib.Path.home() / given["folder"]
folder.mkdir()
for name, text in given["files"].items():
    (folder / name).write_text(text)
print("null")
"""
READ = """
import json, pathlib, sys
print(json.dumps((pathlib.Path.home() / json.load(sys.stdin)).read_text()))
"""


class Volumes:
    """Homes of people in containers."""

    def copy_into(self, person: Person, folder: Path, name: str) -> None:
        files = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        home = f"--volume={HOME_PREFIX}{person.username}:/home/user"
        engine.run_in_new("shaparak-user-server", WRITE, {"folder": name, "files": files}, home)

    def read(self, person: Person, path: str) -> str:
        return str(engine.run_inside(container_of(person.username), READ, path))


@pytest.fixture(scope="module")
def own_names(stack: Stack, browser: Browser) -> Iterator[Scene]:
    """A name for each server, the default."""
    scene = Scene(stack, Volumes(), browser)
    yield scene
    scene.profile.close()
