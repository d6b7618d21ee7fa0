"""Cluster that `kubectl` reaches, called through that command."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

from tests.smoke.engine import CommandFailed, run, succeed


def answers() -> bool:
    if shutil.which("kubectl") is None:
        return False
    return run(["kubectl", "get", "--raw", "/readyz"]).returncode == 0


class Namespace:
    """A namespace, and commands in it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._kubectl = ["kubectl", "--namespace", name]

    def kubectl(self, *arguments: str, **options: Any) -> str:
        """Run `kubectl` in this namespace and return its output. Raises CommandFailed."""
        return succeed([*self._kubectl, *arguments], **options).strip()

    def get(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.kubectl("get", "--output", "json", *arguments))
        return found

    def exists(self, *arguments: str) -> bool:
        return bool(self.kubectl("get", "--ignore-not-found", "--output", "name", *arguments))

    def state(self) -> str:
        """Return the pods, the newest events and the last log lines, to be read after a failure."""
        pods = run([*self._kubectl, "get", "pods", "--output", "wide"]).stdout
        events = run([*self._kubectl, "get", "events", "--sort-by", ".lastTimestamp"]).stdout
        names = run([*self._kubectl, "get", "deployments", "--output", "name"]).stdout.split()
        logs = [
            f"{name}:\n{run([*self._kubectl, 'logs', '--tail', '15', name]).stdout}"
            for name in names
        ]
        return "\n".join([pods, *events.splitlines()[-30:], *logs])

    def background(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `kubectl` in this namespace; its output is a pipe."""
        return subprocess.Popen(
            [*self._kubectl, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def kinds() -> set[str]:
    """Return every version of the cluster's API, such as `policy/v1`."""
    return set(succeed(["kubectl", "api-versions"]).split())


def wait_until(condition: Callable[[], object], what: str, *, timeout: float = 60) -> None:
    """Wait for at most `timeout` seconds. Raises CommandFailed."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise CommandFailed(f"Not within {timeout:.0f} s: {what}")
        time.sleep(0.2)
