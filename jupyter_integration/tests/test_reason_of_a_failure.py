"""Reason of a failed start: from the Hub's progress stream to the page."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import SpawnRequest
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.testing.fake_hub import FakeHub, Spawn
from jupyter_integration.tests.scenes import claim_and_run, provision, start
from jupyter_integration.work.leases import LeaseKeeper
from portal.logs import UtcFormatter

SAMPLES = Path(__file__).parent / "hub" / "samples"
State = SpawnRequest.State


def recorded_failures() -> dict[str, str]:
    """Return the Hub's message of each recorded failed start, by the name of the sample."""
    found = {}
    for path in sorted(SAMPLES.glob("progress_*.json")):
        events = json.loads(path.read_text(encoding="utf-8")).get("events", [])
        for _second, event in events:
            if event.get("failed"):
                found[path.stem] = event["message"]
    return found


RECORDED = recorded_failures()


@pytest.fixture
def sara(sara: User, fake_hub: FakeHub) -> User:
    """Sara, with a user of her own on the Hub."""
    fake_hub.add_user("sara")
    return provision(sara)


@pytest.mark.parametrize("sample", RECORDED)
def test_message_of_each_recorded_failure_is_kept(fake_hub, hub, lab, sara, sample: str) -> None:
    message = RECORDED[sample]
    fake_hub.script_all(Spawn(seconds=0.2, fails=message.removeprefix("Spawn failed: ")))
    request = request_spawn(user=sara)

    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    request.refresh_from_db()
    assert (request.state, request.message) == (State.FAILED, message)
    assert request.failure_code


def test_there_are_recorded_failures() -> None:
    assert len(RECORDED) >= 3


def test_message_of_a_hook_is_shown(sara) -> None:
    message = "Spawn failed: 503 SpawnException(reason=capacity): امروز <b>کلاس</b> نیست"
    request = start(sara, State.FAILED, failure_code=FailureCode.REFUSED_BY_HOOK, message=message)

    assert request.failure.hook_message == "امروز <b>کلاس</b> نیست"


def test_machine_message_is_not_shown(sara) -> None:
    message = "Spawn failed: HTTP 500: Internal Server Error (Spawner failed to start [status=1])"
    request = start(sara, State.FAILED, failure_code=FailureCode.PROCESS_EXITED, message=message)

    assert request.failure.hook_message == ""


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The log of a process of the portal."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(UtcFormatter("{name} {message}", style="{"))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_each_log_line_has_the_starts_reference(fake_hub, hub, lab, sara, log) -> None:
    """Also the log lines of the Hub's client, which knows nothing of starts."""
    fake_hub.slow_spawn_timeout = 1
    fake_hub.script_all(Spawn(seconds=0, fails="boom"))
    request = request_spawn(user=sara)

    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    lines = [line for line in log.getvalue().splitlines() if line.startswith("jupyter_integration")]
    assert any("Hub call failed" in line for line in lines)
    assert [line for line in lines if line.count(f" {request.reference}: ") != 1] == []
