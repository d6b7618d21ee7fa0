"""Descendant processes: all are found and ended, orphans included."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from deploy.local.install import REPOSITORY
from deploy.local.processes import descendants
from deploy.process_ties import tied_to_parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")


def run_apart(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, since it adopts orphans and changes signals."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_children_of_children_are_found() -> None:
    with subprocess.Popen(["sh", "-c", "sleep 60 & wait"]) as shell:
        deadline = time.monotonic() + 5
        while not set(descendants(shell.pid)) and time.monotonic() < deadline:
            time.sleep(0.01)
        found = set(descendants(os.getpid()))
        assert shell.pid in found
        below = set(descendants(shell.pid))
        assert below < found
        # Only these: other children of this process, such as a browser, go on.
        for pid in {shell.pid, *below}:
            os.kill(pid, signal.SIGKILL)


def test_orphan_in_its_own_session_is_ended() -> None:
    result = run_apart(
        """
        import subprocess
        from datetime import timedelta
        from deploy.local.processes import Children, adopt_orphans
        adopt_orphans()
        command = "setsid sleep 600 >/dev/null 2>&1 & echo $!"
        started = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
        print(started.stdout.strip(), flush=True)
        Children().end_all(grace=timedelta(seconds=1))
        """
    )
    assert result.returncode == 0, result.stderr
    assert not runs(int(result.stdout))


def test_process_that_ignores_sigterm_is_killed() -> None:
    result = run_apart(
        """
        import subprocess, time
        from datetime import timedelta
        from deploy.local.processes import Children
        stubborn = subprocess.Popen(
            ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"],
            stdout=subprocess.PIPE)
        stubborn.stdout.readline()
        began = time.monotonic()
        Children().end_all(grace=timedelta(seconds=0.3))
        print(stubborn.pid, time.monotonic() - began)
        """
    )
    assert result.returncode == 0, result.stderr
    pid, seconds = result.stdout.split()
    assert not runs(int(pid))
    assert float(seconds) < 1.3


def test_exit_codes_of_children_are_recorded() -> None:
    result = run_apart(
        """
        import subprocess, time
        from deploy.local.processes import Children
        children = Children()
        failing = subprocess.Popen(["sh", "-c", "exit 3"])
        killed = subprocess.Popen(["sh", "-c", "kill -9 $$"])
        running = subprocess.Popen(["sleep", "60"])
        deadline = time.monotonic() + 10
        while children.exit_code(failing.pid) is None or children.exit_code(killed.pid) is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        print(*(children.exit_code(p.pid) for p in (failing, killed, running)))
        running.kill()
        """
    )
    assert result.stdout.split() == ["3", "-9", "None"], result.stderr


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_stop_request_interrupts_the_next_wait(number: str) -> None:
    result = run_apart(
        f"""
        import os, signal, time
        from datetime import timedelta
        from deploy.local.processes import Signals, StopRequested
        signals = Signals()
        os.kill(os.getpid(), signal.{number})
        print("a step is never cut short")
        began = time.monotonic()
        try:
            signals.wait(timedelta(seconds=20))
        except StopRequested:
            print("stopped", time.monotonic() - began < 5)
        """
    )
    assert result.stdout.splitlines() == ["a step is never cut short", "stopped True"]


def test_wait_ends_when_a_child_ends() -> None:
    result = run_apart(
        """
        import subprocess, time
        from datetime import timedelta
        from deploy.local.processes import Signals
        signals = Signals()
        began = time.monotonic()
        subprocess.Popen(["sleep", "0.2"])
        signals.wait(timedelta(seconds=20))
        print(time.monotonic() - began < 10)
        """
    )
    assert result.stdout.strip() == "True", result.stderr


def test_tied_process_ends_with_its_parent() -> None:
    command = [*tied_to_parent(["sleep", "600"])]
    program = f"import subprocess, os; p = subprocess.Popen({command!r}); print(p.pid, flush=True)"
    program += "; import time; time.sleep(0.5); os.kill(os.getpid(), 9)"
    parent = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    pid = int(parent.stdout)
    deadline = time.monotonic() + 5
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not runs(pid)


def test_command_is_unchanged_without_setpriv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert tied_to_parent(["sleep", "1"]) == ["sleep", "1"]
