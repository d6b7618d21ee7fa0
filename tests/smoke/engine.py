"""The container engine, by its own command, `docker`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
KINDS = ("container", "network", "volume")


class CommandFailed(AssertionError):
    """Says which command it was, and the end of what it printed."""


def run(
    command: Sequence[str],
    *,
    max_wait: float = 60,
    environment: Mapping[str, str] | None = None,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command from the repository's folder, `patience` seconds at most, whatever its status.

    In a session of its own: a Ctrl-C at the tests must not end commands that clean up. Where
    waiting for it is interrupted, the command ends with all that it has started.
    """
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, errors = process.communicate(given, timeout=max_wait)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def succeed(command: Sequence[str], **options: Any) -> str:
    """Run a command that must end with 0; what it printed. Raises CommandFailed."""
    done = run(command, **options)
    if done.returncode != 0:
        raise CommandFailed(
            f"{' '.join(command)} ended with {done.returncode}:\n"
            f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    return done.stdout


def docker(*arguments: str, **options: Any) -> str:
    """Raises CommandFailed."""
    return succeed(["docker", *arguments], **options).strip()


def answers() -> bool:
    return shutil.which("docker") is not None and run(["docker", "info"]).returncode == 0


def inspect(name: str) -> dict[str, Any]:
    (found,) = json.loads(docker("container", "inspect", name))
    return found


def everything() -> set[tuple[str, str]]:
    """Kind and name of all containers, networks and volumes that the engine has."""
    return {(kind, name) for kind in KINDS for name in names_of(kind)}


def names_of(kind: str) -> list[str]:
    every = ["--all"] if kind == "container" else []
    template = "{{.Names}}" if kind == "container" else "{{.Name}}"
    return docker(kind, "ls", *every, "--format", template).splitlines()


def run_inside(container: str, program: str, given: object = None) -> Any:
    """What a Python program prints as JSON, run in a container, with `given` as JSON before it."""
    printed = docker(
        "exec", "--interactive", container, "python", "-c", program, given=json.dumps(given)
    )
    return json.loads(printed)
