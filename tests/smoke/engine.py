"""Container engine, called through the command `docker`."""

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
    """The message has the command and the end of its output."""


def run(
    command: Sequence[str],
    *,
    max_wait: float = 60,
    environment: Mapping[str, str] | None = None,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository's folder, for at most `max_wait` seconds; any status is fine.

    It runs in a session of its own, so that Ctrl-C does not end commands that clean up. If the wait
    is interrupted, the command and its children are killed.
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
    """Run a command that must succeed, and return its output. Raises CommandFailed."""
    done = run(command, **options)
    if done.returncode != 0:
        raise CommandFailed(
            f"{' '.join(command)} ended with {done.returncode}:\n"
            f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    return done.stdout


def docker(*arguments: str, **options: Any) -> str:
    """Run `docker` and return its output. Raises CommandFailed."""
    return succeed(["docker", *arguments], **options).strip()


def answers() -> bool:
    return shutil.which("docker") is not None and run(["docker", "info"]).returncode == 0


def inspect(name: str) -> dict[str, Any]:
    (found,) = json.loads(docker("container", "inspect", name))
    return found


def everything() -> set[tuple[str, str]]:
    """Return kind and name of all containers, networks and volumes of the engine."""
    return {(kind, name) for kind in KINDS for name in names_of(kind)}


def names_of(kind: str) -> list[str]:
    every = ["--all"] if kind == "container" else []
    template = "{{.Names}}" if kind == "container" else "{{.Name}}"
    return docker(kind, "ls", *every, "--format", template).splitlines()


def run_inside(container: str, program: str, given: object = None) -> Any:
    """Run a Python program in a container, with `given` as JSON input. Return its JSON output."""
    printed = docker(
        "exec", "--interactive", container, "python", "-c", program, given=json.dumps(given)
    )
    return json.loads(printed)


def run_in_new(image: str, program: str, given: object, *options: str) -> Any:
    """Run a Python program in a new container, which is removed; as `run_inside` otherwise."""
    command = ["run", "--rm", "--interactive", *options, image, "python", "-c", program]
    return json.loads(docker(*command, given=json.dumps(given)))
