"""Probes: repeated requests for one address, as its owner, while something else happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests import hub_names

PROBE_INTERVAL = 0.05  # seconds
PROBE_TIMEOUT = 5.0  # seconds


@dataclass
class Probes:
    """Results of repeated requests for one address."""

    good: int = 0
    bad: list[str] = field(default_factory=list)
    slowest: float = 0.0  # seconds


@contextmanager
def probing(
    url: str, cookies: dict[str, str], authority: Path, *, interval: float = PROBE_INTERVAL
) -> Iterator[Probes]:
    """Request a person's own page repeatedly until the end of the block.

    `interval` is in seconds, between an answer and the next request.
    """
    probes = Probes()
    stopped = threading.Event()

    def probe() -> None:
        with hub_names.session(authority=str(authority)) as session:
            session.cookies.update(cookies)
            while not stopped.wait(interval):
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
