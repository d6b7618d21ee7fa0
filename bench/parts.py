"""A process of the running copy, that a measurement may kill and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

START_PATIENCE_SECONDS = 60.0
# As `docker stop` has it: who is still there by then is killed.
STOP_PATIENCE_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.05


class DidNotStart(RuntimeError):
    """Says which part, and the end of its log."""


class Part:
    """Start parts from the main thread: each is killed with the thread that started it."""

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
    ) -> None:
        """It is up when `answers()`, or when its log has `ready_line`; without either at once.

        `stop_signal` is what asks it to end in an orderly way.
        """
        self.name = name
        self._command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        self._folder = folder
        self.log = log
        self._environment = dict(environment)
        self._answers = answers
        self._ready_line = ready_line
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None
        self._log_began = 0

    def start(self) -> None:
        """Start it, and wait until it is up. Raises DidNotStart."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it, and wait for nothing."""
        with self.log.open("ab") as log:
            self._log_began = log.tell()
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own, to be killed as a whole, as a container is.
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it is up. Raises DidNotStart."""
        deadline = time.monotonic() + START_PATIENCE_SECONDS
        while not self.is_up():
            if not self.runs() or time.monotonic() > deadline:
                raise DidNotStart(f"{self.name}:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(LOOK_AGAIN_SECONDS)

    def is_up(self) -> bool:
        if not self.runs():
            return False
        if self._answers is not None:
            return self._answers()
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return self._ready_line.encode() in log.read()

    @property
    def pid(self) -> int:
        """Of the process itself; those that it starts are below it."""
        assert self._process is not None, "It was never started."
        return self._process.pid

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """By SIGKILL all its processes at once; else as its container would be stopped."""
        process, self._process = self._process, None
        if process is None:
            return
        if how is not signal.SIGKILL:
            process.send_signal(self._stop_signal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_PATIENCE_SECONDS)
