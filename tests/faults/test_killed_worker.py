"""Worker killed during each call of a start, after the Hub has acted."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from jupyter_integration.models import SpawnRequest
from jupyter_integration.tasks import process_spawn_queue
from jupyter_integration.testing import FakeHub, FaultProxy, Spawn
from jupyter_integration.testing.faults import Blackhole
from jupyter_integration.testing.waiting import wait_for
from jupyter_integration.tests.scenes import provision
from tests.faults.steps import STEPS, Step, blind_posts
from tests.faults.worker_process import start_worker


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_next_worker_continues_without_a_second_post(
    fake_hub: FakeHub,
    fault_proxy: FaultProxy,
    browser: Client,
    sara: User,
    settings: Settings,
    step: Step,
) -> None:
    settings.HUB_READ_TIMEOUT = 10.0  # so that the next worker has no timeout on a slow machine
    fake_hub.script_all(Spawn(seconds=0.3))
    if not step.is_first_start:
        provision(sara)
        fake_hub.add_user("sara")
    browser.post("/server/start/")
    fault_proxy.inflict(Blackhole(after_work=True), method=step.method, path=step.path)

    worker = start_worker()
    try:
        wait_for(lambda: fault_proxy.holds_a_call, seconds=30)
    finally:
        worker.kill()
        worker.wait()
    fault_proxy.heal()
    expire_leases()
    process_spawn_queue()

    request = SpawnRequest.objects.get()
    assert request.state == SpawnRequest.State.READY, request.message
    assert fault_proxy.count("POST", "/server$") == 1
    assert blind_posts(fault_proxy.calls) == []
    assert browser.get("/dashboard/").status_code == 200


def expire_leases() -> None:
    """Expire the leases and claims of the dead worker."""
    now = timezone.now()
    SpawnRequest.objects.update(lease_expires_at=now)
    User.objects.filter(hub_claim_expires_at__isnull=False).update(hub_claim_expires_at=now)
