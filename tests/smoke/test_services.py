"""Services: all run, are healthy and have minimal privileges."""

from __future__ import annotations

from tests.smoke import engine
from tests.smoke.stack import Stack

OURS = ("portal", "worker", "spawn-worker", "beat", "jupyterhub", "socket-guard", "proxy")
NEEDS_ROOT = "firewall"  # with one capability, NET_ADMIN


def test_every_service_is_healthy(stack: Stack) -> None:
    states = {name: (row["State"], row["Health"]) for name, row in stack.services().items()}

    assert len(states) == 11
    assert set(states.values()) == {("running", "healthy")}, states


def test_our_containers_are_read_only_without_root(stack: Stack) -> None:
    for service in (*OURS, NEEDS_ROOT):
        container = engine.inspect(f"shaparak-{service}")

        is_root = container["Config"]["User"].partition(":")[0] in ("", "0", "root")
        assert is_root == (service == NEEDS_ROOT), service
        added = ["CAP_NET_ADMIN"] if is_root else []
        capabilities = container["HostConfig"]["CapAdd"] or []
        assert [f"CAP_{name.removeprefix('CAP_')}" for name in capabilities] == added, service
        assert container["HostConfig"]["ReadonlyRootfs"] is True, service
        assert container["HostConfig"]["CapDrop"] == ["ALL"], service
        assert "no-new-privileges:true" in container["HostConfig"]["SecurityOpt"], service


def test_our_containers_have_no_compiler(stack: Stack) -> None:
    for service in OURS:
        compiler = engine.run(
            ["docker", "exec", f"shaparak-{service}", "sh", "-c", "command -v cc gcc g++"]
        )

        assert (compiler.returncode != 0, compiler.stdout) == (True, ""), service
