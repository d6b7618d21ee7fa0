"""CPU of a Hub with 1,000 running servers, all in use, and the latency of its API.

The same servers are measured twice: with JupyterHub's own reading of activities every ten seconds,
and with the product's checks of the proxy (jupyterhub/proxy_checks.py).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from bench.hub_sampler import HubSampler
from bench.load import percentile
from bench.pacer import BareHub
from bench.report import Row
from bench.running_copy import RunningCopy
from jupyter_integration.testing.part import Part

SERVERS = 1_000
START_SECONDS = 30.0  # the starts are spread over this time; the Hub takes longer
SLOTS = 50
SETTLE_SECONDS = 15.0
CPU_SECONDS = 40.0
SAMPLE_SECONDS = 25.0
REQUESTS_PER_SECOND = 50
# The product's is an hour, and it then stores an activity every five minutes. Here it stores one
# every 30 seconds, ten times as often, so that the time of the measurement has it.
IDLE_TIMEOUT_SECONDS = 120
MAX_CPU_SECONDS_PER_MINUTE = 3.0

SIDES = {
    "as JupyterHub reads activity": {"BENCH_LAST_ACTIVITY_INTERVAL": "10"},
    "with our checks": {"BENCH_PROXY_CHECKS": str(IDLE_TIMEOUT_SECONDS)},
}


def measure(folder: Path) -> Iterator[Row]:
    names = [f"student{number}" for number in range(SERVERS)]
    copy = RunningCopy(folder, server_seconds=0.1)
    with copy:
        copy.bring_up_only("edge", "proxy", "servers", "hub")
        with closing(BareHub(copy.hub_api_url, copy.token, slots=SLOTS)) as bare:
            bare.create_users(names)
            bare.start_paced(names, within=START_SECONDS)
        for side, settings in SIDES.items():
            copy.parts["hub"].end()
            copy.set_up_hub(settings)  # servers outlive the Hub
            copy.parts["hub"].start()
            with _in_use(copy.hub_proxy_url, names):
                time.sleep(SETTLE_SECONDS)
                yield from _rows(side, copy)


def _rows(side: str, copy: RunningCopy) -> Iterator[Row]:
    hub = copy.parts["hub"]
    before = _cpu_seconds(hub)
    time.sleep(CPU_SECONDS)
    per_minute = (_cpu_seconds(hub) - before) * 60 / CPU_SECONDS
    with HubSampler(copy.hub_api_url, copy.token, "student0") as sampler:
        time.sleep(SAMPLE_SECONDS)
    is_ours = side == list(SIDES)[-1]
    yield Row(
        name=f"hub time: CPU per minute, {side}",
        value=round(per_minute, 2),
        unit="s",
        target=MAX_CPU_SECONDS_PER_MINUTE if is_ours else None,
    )
    p99 = percentile(sampler.latencies, 99)
    yield Row(name=f"hub time: API p99, {side}", value=round(p99, 3), unit="s")
    slowest = max(sampler.latencies)
    yield Row(name=f"hub time: API slowest, {side}", value=round(slowest, 3), unit="s")


def _cpu_seconds(part: Part) -> float:
    """Return the CPU time that this process has used (proc_pid_stat(5), fields 14 and 15)."""
    text = Path(f"/proc/{part.pid}/stat").read_text(encoding="ascii")
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _in_use(proxy_url: str, names: Sequence[str]) -> Iterator[None]:
    """Request each server in turn through the proxy, which notes the activity."""
    over = threading.Event()
    user = threading.Thread(target=_use, args=(proxy_url, names, over), daemon=True)
    user.start()
    try:
        yield
    finally:
        over.set()
        user.join()


def _use(proxy_url: str, names: Sequence[str], over: threading.Event) -> None:
    connection = HTTPConnection(urlsplit(proxy_url).netloc, timeout=30)
    number = 0
    while not over.wait(1 / REQUESTS_PER_SECOND):
        connection.request("GET", f"/user/{names[number % len(names)]}/api")
        connection.getresponse().read()
        number += 1
    connection.close()
