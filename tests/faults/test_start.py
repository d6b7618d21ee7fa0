"""Start with a fault in each of its calls: it ends with a server and a page."""

from __future__ import annotations

import threading

import pytest
from django.test import Client

from accounts.models import User
from jupyter_integration import conf
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tasks import process_spawn_queue
from jupyter_integration.testing import FakeHub, FaultProxy, Spawn
from jupyter_integration.testing.faults import (
    Blackhole,
    Fault,
    Reset,
    SlowBody,
    TruncatedBody,
    bad_json,
    html,
    server_error,
    throttled,
    unavailable,
)
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.scenes import provision
from tests.faults.steps import STEPS, Step, blind_posts

FAULTS: dict[str, Fault] = {
    "429": throttled(30),
    "429 without a time": throttled(),
    "500": server_error(),
    "500 after the work": server_error(after_work=True),
    "503": unavailable(),
    "503 after the work": unavailable(after_work=True),
    "reset": Reset(),
    "reset after the work": Reset(after_work=True),
    "blackhole": Blackhole(),
    "blackhole after the work": Blackhole(after_work=True),
    "slow body": SlowBody(seconds=0.02),
    "truncated body": TruncatedBody(),
    "bad JSON": bad_json(),
    "HTML with 200": html(),
}
ATTEMPTS = 3  # of a read, by the client
MAX_ROUNDS = 6


def run_to_the_end(browser: Client) -> SpawnRequest:
    """Run workers until the start is settled, and open its page each time."""
    for _round in range(MAX_ROUNDS):
        assert browser.get("/dashboard/").status_code == 200
        assert browser.get("/dashboard/server/").status_code == 200
        wait_for(lambda: not conf.hub_client().is_blocked)
        process_spawn_queue()
        request = SpawnRequest.objects.get()
        if not request.is_open:
            break
        SpawnRequest.objects.update(not_before=None)  # the delay has passed
    assert browser.get("/dashboard/").status_code == 200
    return request


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_start_ends_ready_without_a_blind_post(
    fake_hub: FakeHub,
    fault_proxy: FaultProxy,
    browser: Client,
    sara: User,
    fault: Fault,
    step: Step,
) -> None:
    fake_hub.script_all(Spawn(seconds=0.1))
    if not step.is_first_start:
        provision(sara)
        fake_hub.add_user("sara")
    fault_proxy.inflict(fault, method=step.method, path=step.path, times=ATTEMPTS)
    # A stream times out only after 30 s, which is too long for a test.
    healing = threading.Timer(1.0, fault_proxy.heal)
    healing.start()

    assert browser.post("/server/start/").status_code == 302
    request = run_to_the_end(browser)
    healing.cancel()

    assert fault_proxy.count(step.method, step.path) > 0, "the start makes no such call"
    assert request.state == SpawnRequest.State.READY, request.message
    assert blind_posts(fault_proxy.calls) == []
    sara.refresh_from_db()
    assert fake_hub.phase(sara.hub_username) == "ready"
