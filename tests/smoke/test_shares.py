"""Weights on busy processors: the Hub comes first, notebooks last (docs/adr/0015)."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import somebody
from tests.smoke import engine
from tests.smoke.people import sign_up_and_start
from tests.smoke.stack import Stack, container_of


def test_hub_outweighs_notebooks_on_busy_processors(page: Page, stack: Stack) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, stack)

    assert _cpu_shares_of(container_of(sara.username)) == 256
    assert _cpu_shares_of("shaparak-jupyterhub") == 16384
    for part in ("portal", "postgres", "redis", "proxy", "edge", "worker", "spawn-worker"):
        assert _cpu_shares_of(f"shaparak-{part}") == 1024


def _cpu_shares_of(container: str) -> int:
    return int(engine.inspect(container)["HostConfig"]["CpuShares"])
