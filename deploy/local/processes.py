"""The processes below this one, down to the last that a notebook left behind."""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
LOOK_AGAIN_SECONDS = 0.05


class StopRequested(Exception):
    """Somebody pressed Ctrl-C, sent SIGTERM or closed the terminal."""


def tied_to_parent(command: Sequence[str]) -> list[str]:
    """The command, made to receive SIGTERM when its parent dies, where the machine can do that."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)


def adopt_orphans() -> None:
    """Whatever loses its parent below this process becomes its child, and not init's.

    So what a user's notebook sent into the background is found, and ended, in the end.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Signals:
    """Asks to stop arrive only while something is waited for, never in the middle of a step."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        self._stop_requested = False
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to end a wait early

    def wait(self, seconds: float) -> None:
        """Returns early when a child has ended. Raises StopRequested."""
        if not self._stop_requested:
            ready, _, _ = select.select([self._reading], [], [], seconds)
            if ready:
                os.read(self._reading, 4096)
        if self._stop_requested:
            raise StopRequested

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requested = True


class Children:
    """Knows how each child ended, those included that were adopted."""

    def __init__(self) -> None:
        self._ended: dict[int, int] = {}

    def exit_code(self, pid: int) -> int | None:
        """None while it runs; negative when a signal ended it."""
        self.reap()
        return self._ended.get(pid)

    def reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            self._ended[pid] = os.waitstatus_to_exitcode(status)

    def end_all(self, *, grace: float) -> None:
        """SIGTERM to every process below this one, SIGKILL to those that stay."""
        for number, max_wait in ((signal.SIGTERM, grace), (signal.SIGKILL, 1.0)):
            until = time.monotonic() + max_wait
            signalled: set[int] = set()
            while (left := set(descendants(os.getpid()))) and time.monotonic() < until:
                for pid in left - signalled:
                    _send(pid, number)
                signalled |= left
                time.sleep(LOOK_AGAIN_SECONDS)
                self.reap()


def descendants(ancestor: int) -> Iterator[int]:
    """Children, their children, and so on. Empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold anything; the parent is the second field after it.
            state, parent = entry.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue  # it has just ended
        if state != "Z":
            children.setdefault(int(parent), []).append(int(entry.parent.name))
    found = list(children.get(ancestor, []))
    for pid in found:
        found.extend(children.get(pid, []))
    yield from found


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
