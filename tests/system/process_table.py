"""Processes of one copy on this machine, read from /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.running_system import RunningSystem


def processes_of(copy: RunningSystem) -> dict[int, str]:
    """Return the command lines of all processes that name the copy's folder or run in it.

    This includes orphans.
    """
    return {pid: command for pid, command in _processes() if _belongs(pid, command, str(copy.var))}


def environment_of(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Return whether the condition becomes true within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _processes() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if command:  # zombies and kernel threads have none
            yield int(entry.name), command.strip()


def _belongs(pid: int, command: str, folder: str) -> bool:
    if pid == os.getpid():
        return False
    try:
        runs_there = str(Path(f"/proc/{pid}/cwd").readlink()).startswith(folder)
        is_named = any(folder in value for value in environment_of(pid).values())
    except OSError:
        return False
    return runs_there or is_named or folder in command
