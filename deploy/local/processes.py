"""Descendant processes, including those that notebooks leave behind."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import FrameType

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
CHILD_POLL_INTERVAL = timedelta(seconds=0.05)
KILL_TIMEOUT = timedelta(seconds=1)


class StopRequested(Exception):
    """SIGINT (Ctrl-C), SIGTERM or SIGHUP (closed terminal) has arrived."""


def adopt_orphans() -> None:
    """Make this process, instead of init, the parent of orphaned descendants.

    Background processes of notebooks are then found and ended with the copy.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Signals:
    """Signal handling: a stop request interrupts a wait, and never a step between two waits."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        self._stop_requested = False
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # only to interrupt a wait

    def wait(self, duration: timedelta) -> None:
        """Wait; return early when a child has ended. Raises StopRequested."""
        if not self._stop_requested:
            ready, _, _ = select.select([self._reading], [], [], duration.total_seconds())
            if ready:
                os.read(self._reading, 4096)
        if self._stop_requested:
            raise StopRequested

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requested = True


class Children:
    """Exit codes of all children, including adopted orphans."""

    def __init__(self) -> None:
        self._ended: dict[int, int] = {}

    def exit_code(self, pid: int) -> int | None:
        """Return None while it runs; a negative number if a signal ended it."""
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

    def end_all(self, *, grace: timedelta) -> None:
        """Send SIGTERM to every descendant, and SIGKILL to those that still run after `grace`."""
        for number, timeout in ((signal.SIGTERM, grace), (signal.SIGKILL, KILL_TIMEOUT)):
            deadline = time.monotonic() + timeout.total_seconds()
            signalled: set[int] = set()
            while (left := set(descendants(os.getpid()))) and time.monotonic() < deadline:
                for pid in left - signalled:
                    _send(pid, number)
                signalled |= left
                time.sleep(CHILD_POLL_INTERVAL.total_seconds())
                self.reap()


def descendants(ancestor: int) -> Iterator[int]:
    """Yield the ids of children, their children, and so on. Nothing without /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may contain anything; the parent is the second field after it.
            state, parent = entry.read_text(errors="replace").rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue  # the process has just ended
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
