"""Services: all run, are healthy and have minimal privileges."""

from __future__ import annotations

import pytest

from tests.smoke import engine
from tests.smoke.stack import Stack

OURS = ("portal", "worker", "spawn-worker", "beat", "jupyterhub", "socket-guard", "proxy")


def test_every_service_is_healthy(stack: Stack) -> None:
    states = {name: (row["State"], row["Health"]) for name, row in stack.services().items()}

    assert len(states) == 10
    assert set(states.values()) == {("running", "healthy")}, states


@pytest.mark.parametrize("service", OURS)
def test_our_containers_are_read_only_without_root(stack: Stack, service: str) -> None:
    container = engine.inspect(f"shaparak-{service}")

    assert container["Config"]["User"].partition(":")[0] not in ("", "0", "root")
    assert container["HostConfig"]["ReadonlyRootfs"] is True
    assert container["HostConfig"]["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in container["HostConfig"]["SecurityOpt"]


@pytest.mark.parametrize("service", OURS)
def test_our_containers_have_no_compiler(stack: Stack, service: str) -> None:
    tool = engine.run(
        ["docker", "exec", f"shaparak-{service}", "sh", "-c", "command -v cc gcc g++"]
    )

    assert (tool.returncode != 0, tool.stdout) == (True, "")
