"""Services: all run, are healthy and have minimal privileges."""

from __future__ import annotations

from tests.smoke import engine
from tests.smoke.stack import Stack

OURS = ("portal", "worker", "spawn-worker", "beat", "jupyterhub", "socket-guard", "proxy")


def test_every_service_is_healthy(stack: Stack) -> None:
    states = {name: (row["State"], row["Health"]) for name, row in stack.services().items()}

    assert len(states) == 10
    assert set(states.values()) == {("running", "healthy")}, states


def test_our_containers_are_read_only_without_root(stack: Stack) -> None:
    for service in OURS:
        container = engine.inspect(f"shaparak-{service}")

        assert container["Config"]["User"].partition(":")[0] not in ("", "0", "root"), service
        assert container["HostConfig"]["ReadonlyRootfs"] is True, service
        assert container["HostConfig"]["CapDrop"] == ["ALL"], service
        assert "no-new-privileges:true" in container["HostConfig"]["SecurityOpt"], service


def test_our_containers_have_no_compiler(stack: Stack) -> None:
    for service in OURS:
        compiler = engine.run(
            ["docker", "exec", f"shaparak-{service}", "sh", "-c", "command -v cc gcc g++"]
        )

        assert (compiler.returncode != 0, compiler.stdout) == (True, ""), service
