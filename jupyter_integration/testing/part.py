"""Process of a running copy, which tests and measurements can kill and restart."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

PART_START_TIMEOUT = timedelta(seconds=60)
# As `docker stop`: a process that still runs then is killed.
PART_STOP_TIMEOUT = timedelta(seconds=10)
PART_POLL_INTERVAL = timedelta(seconds=0.05)


class DidNotStart(RuntimeError):
    """A part did not start; the message has its name and the end of its log."""


class Part:
    """A part of the copy. Start it from the main thread: it is killed with its starting thread."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        log: Path,
        environment: Mapping[str, str],
        answers: Callable[[], bool] | None = None,
        ready_line: str = "",
        stop_signal: signal.Signals = signal.SIGTERM,
        start_timeout: timedelta = PART_START_TIMEOUT,
    ) -> None:
        """The part is up when `answers()` is true or its log has `ready_line`, else at once.

        `stop_signal` asks it for an orderly end.
        """
        self.name = name
        self._command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        self._folder = folder
        self.log = log
        self._environment = dict(environment)
        self._answers = answers
        self._ready_line = ready_line
        self._stop_signal = stop_signal
        self._start_timeout = start_timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0

    def start(self) -> None:
        """Start the part and wait until it is up. Raises DidNotStart."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the part without waiting."""
        with self.log.open("ab") as log:
            self._log_began = log.tell()
            self._process = subprocess.Popen(  # noqa: S603  (commands of tests)
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A process group of its own, so that it is killed as a whole, like a container.
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it is up. Raises DidNotStart."""
        deadline = time.monotonic() + self._start_timeout.total_seconds()
        while not self.is_up():
            if not self.runs() or time.monotonic() > deadline:
                raise DidNotStart(f"{self.name}:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(PART_POLL_INTERVAL.total_seconds())

    def is_up(self) -> bool:
        if not self.runs():
            return False
        if self._answers is not None:
            return self._answers()
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return self._ready_line.encode() in log.read()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """Return the main process; its children are processes of their own."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was never started.")
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Kill all processes by SIGKILL, or stop the part as its container would be stopped."""
        process, self._process = self._process, None
        if process is None:
            return
        if how is not signal.SIGKILL:
            process.send_signal(self._stop_signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PART_STOP_TIMEOUT.total_seconds())
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PART_STOP_TIMEOUT.total_seconds())
