"""Whatever a call of a start meets, the start ends with a server, and its page with an answer."""

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
    Latency,
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
from tests.faults.steps import STEPS, Step, sent_blindly

FAULTS: dict[str, Fault] = {
    "429 with a time": throttled(30),
    "429 without a time": throttled(),
    "500": server_error(),
    "500 after the work": server_error(after_work=True),
    "503": unavailable(),
    "503 after the work": unavailable(after_work=True),
    "reset": Reset(),
    "reset after the work": Reset(after_work=True),
    "blackhole": Blackhole(),
    "blackhole after the work": Blackhole(after_work=True),
    "latency": Latency(seconds=0.2),
    "slow body": SlowBody(seconds=0.02),
    "truncated body": TruncatedBody(),
    "bad JSON": bad_json(),
    "HTML with 200": html(),
}
ATTEMPTS = 3  # of a reading, by the client itself
MOST_ROUNDS = 6


def bring_to_an_end(browser: Client) -> SpawnRequest:
    """Let workers come by until the start is settled, with a look at the page each time."""
    for _round in range(MOST_ROUNDS):
        assert browser.get("/dashboard/").status_code == 200
        assert browser.get("/dashboard/server/").status_code == 200
        wait_for(lambda: not conf.hub_client().is_blocked)
        process_spawn_queue()
        request = SpawnRequest.objects.get()
        if not request.is_open:
            break
        SpawnRequest.objects.update(not_before=None)  # the time to wait has gone by
    assert browser.get("/dashboard/").status_code == 200
    return request


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_start_ends_ready_and_was_never_sent_blindly(
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
    # A stream may be silent for long before it counts as broken: longer than a test should last.
    healing = threading.Timer(1.0, fault_proxy.heal)
    healing.start()

    assert browser.post("/server/start/").status_code == 302
    request = bring_to_an_end(browser)
    healing.cancel()

    assert fault_proxy.count(step.method, step.path) > 0, "the start makes no such call"
    assert request.state == SpawnRequest.State.READY, request.message
    assert sent_blindly(fault_proxy.calls) == []
    sara.refresh_from_db()
    assert fake_hub.phase(sara.hub_username) == "ready"
