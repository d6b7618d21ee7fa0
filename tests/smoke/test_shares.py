"""Where processors are short the Hub goes first and notebooks last (docs/adr/0015)."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.people import somebody
from tests.smoke import engine
from tests.smoke.people import sign_up_and_start
from tests.smoke.stack import Stack, container_of


def test_the_hub_has_the_largest_share_of_busy_processors_and_a_notebook_the_smallest(
    page: Page, stack: Stack
) -> None:
    sara = somebody("sara")
    sign_up_and_start(page, sara, stack)

    assert _share_of(container_of(sara.username)) == 256
    assert _share_of("shaparak-jupyterhub") == 16384
    for part in ("portal", "postgres", "redis", "proxy", "edge", "worker", "spawn-worker"):
        assert _share_of(f"shaparak-{part}") == 1024


def _share_of(container: str) -> int:
    return int(engine.inspect(container)["HostConfig"]["CpuShares"])
