"""Service that applies the firewall of users' servers, and restores it if something removes it.

    python -m deploy.server_firewall.firewall keep      apply, then check every few seconds
    python -m deploy.server_firewall.firewall remove    remove all rules
    python -m deploy.server_firewall.firewall check     exit with 1 if `keep` has not applied them

It needs the host's network, the capability NET_ADMIN and nftables. Ending it leaves the rules as
they are: users' containers may still run.

Environment: SERVER_PRIVATE_ADDRESSES and SERVER_ALLOWED_ADDRESSES.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from deploy.server_firewall.ruleset import TABLE, InvalidSetting, Settings, rules

logger = logging.getLogger("server_firewall")

CHECK_INTERVAL = timedelta(seconds=5)
NFT_TIMEOUT = timedelta(seconds=20)
APPLIED = Path("/tmp/applied")  # noqa: S108  (a folder of the container alone)


class FirewallFailed(Exception):
    """nftables refuses a command; the message has its words."""


def apply(settings: Settings) -> str:
    """Replace the table in one step; return it as the kernel has it. Raises FirewallFailed."""
    _nft("--file", "-", given=rules(settings))
    return current()


def current() -> str:
    """Return the table without its counters, or "" if there is none. Raises FirewallFailed."""
    if f"table {TABLE}\n" not in _nft("list", "tables"):
        return ""
    return _nft("--stateless", "list", "table", *TABLE.split())


def keep(settings: Settings, is_over: Callable[[float], bool]) -> None:
    """Apply the rules, and again whenever they differ, until `is_over(seconds)` is true."""
    applied = apply(settings)
    APPLIED.write_text(applied, encoding="utf-8")
    if settings.closed:
        logger.info("Users' servers reach the internet, and no private address")
    else:
        logger.warning("Users' servers reach every address: SERVER_PRIVATE_ADDRESSES is open")
    while not is_over(CHECK_INTERVAL.total_seconds()):
        if current() != applied:
            logger.warning("Something changed the rules; they are applied again")
            applied = apply(settings)
            APPLIED.write_text(applied, encoding="utf-8")


def is_applied() -> bool:
    return APPLIED.exists() and APPLIED.read_text(encoding="utf-8") == current()


def _nft(*arguments: str, given: str = "") -> str:
    command = ["nft", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  (no text of others)
            command,
            input=given,
            capture_output=True,
            text=True,
            timeout=NFT_TIMEOUT.total_seconds(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FirewallFailed(f"nft does not run: {error}") from error
    if done.returncode != 0:
        raise FirewallFailed(f"nft refuses: {done.stderr.strip()[:1000]}")
    return done.stdout


def main(arguments: list[str]) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = Settings.read(os.environ)
        match arguments:
            case ["keep"]:
                over = threading.Event()
                signal.signal(signal.SIGTERM, lambda *_: over.set())
                keep(settings, over.wait)
            case ["remove"]:
                apply(Settings(closed=False))
            case ["check"]:
                sys.exit(0 if is_applied() else "The rules are not those that were applied.")
            case _:
                sys.exit("usage: firewall.py keep|remove|check")
    except InvalidSetting as refused:
        sys.exit(str(refused))
    except FirewallFailed as failed:
        sys.exit(
            f"The firewall of users' servers failed: {failed}\n"
            "With SERVER_PRIVATE_ADDRESSES=open and SERVER_NETWORK_CLOSED=true it is not needed "
            "for other hosts; docs/operations.md has more."
        )


if __name__ == "__main__":
    main(sys.argv[1:])
