"""Parts of a running copy are weighed against one another as their containers are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cpu_shares import give_cpu_shares, niceness_of
from bench.parts import Part

NEEDS_AUTOGROUPS = pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(), reason="this kernel weighs no sessions"
)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[dict[str, Part]]:
    made = {
        name: Part(
            name, ["sleep", "60"], folder=tmp_path, log=tmp_path / f"{name}.log", environment={}
        )
        for name in ("servers", "web")
    }
    for part in made.values():
        part.start()
    yield made
    for part in made.values():
        part.end()


@pytest.mark.parametrize(("shares", "niceness"), [(1024, 0), (8192, -9), (256, 6)])
def test_a_share_is_the_step_of_about_the_same_weight(shares: int, niceness: int) -> None:
    assert niceness_of(shares) == niceness


@NEEDS_AUTOGROUPS
def test_a_part_without_a_share_in_the_file_keeps_the_usual_weight(parts: dict[str, Part]) -> None:
    give_cpu_shares(parts.values())

    assert _niceness(parts["servers"]) == 6
    assert _niceness(parts["web"]) == 0


def _niceness(part: Part) -> int:
    return int(Path(f"/proc/{part.pid}/autogroup").read_text().rsplit("nice", 1)[1])
