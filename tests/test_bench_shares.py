"""CPU shares of the bench's parts, equal to those of their containers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.cpu_shares import give_cpu_shares, niceness_of, shares_of
from jupyter_integration.testing.part import Part


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Part]:
    part = Part("hub", ["sleep", "60"], folder=tmp_path, log=tmp_path / "log", environment={})
    part.start()
    yield part
    part.end()


def test_the_hub_has_the_largest_share() -> None:
    shares = [shares_of(name) for name in ("hub", "web", "spawn-worker", "servers")]

    assert shares == [16384, 1024, 1024, 256]


def test_shares_become_weights_as_in_engines() -> None:
    """2,000 shares are the weight 170 and 22,000 are 1,204, of 100 (runc 4896, youki 3274)."""
    assert niceness_of(1024) == 0
    assert 1.25 ** -niceness_of(2000) == pytest.approx(1.70, rel=0.12)
    assert 1.25 ** -niceness_of(22000) == pytest.approx(12.04, rel=0.12)


def test_a_part_gets_its_weight_or_a_message(hub: Part, capsys: pytest.CaptureFixture[str]) -> None:
    give_cpu_shares([hub])

    message = capsys.readouterr().err
    if message:
        assert "no cpu share" in message.lower()
    else:
        weighed = Path(f"/proc/{hub.pid}/autogroup").read_text(encoding="ascii")
        assert weighed.split()[-1] == str(niceness_of(16384))
