"""Parts of a running copy are weighed against one another as their containers are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cpu_shares import AUTOGROUPS, give_cpu_shares, niceness_of
from bench.parts import Part

pytestmark = pytest.mark.skipif(
    not AUTOGROUPS.exists() or AUTOGROUPS.read_text().strip() != "1" or os.getuid() != 0,
    reason="this kernel weighs no sessions, or only root may weigh them",
)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[dict[str, Part]]:
    made = {
        name: Part(
            name, ["sleep", "60"], folder=tmp_path, log=tmp_path / f"{name}.log", environment={}
        )
        for name in ("servers", "web", "hub")
    }
    for part in made.values():
        part.start()
    yield made
    for part in made.values():
        part.end()


def test_the_hub_goes_first_and_users_servers_last(parts: dict[str, Part]) -> None:
    give_cpu_shares(parts.values())

    assert {name: _niceness(part) for name, part in parts.items()} == {
        "hub": niceness_of(16384),
        "web": 0,
        "servers": niceness_of(256),
    }
    assert niceness_of(16384) < 0 < niceness_of(256)


def _niceness(part: Part) -> int:
    return int(Path(f"/proc/{part.pid}/autogroup").read_text().rsplit("nice", 1)[1])
