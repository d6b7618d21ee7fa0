"""Spawner that runs each user's server as a process on this host and reports each step."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from jupyterhub.spawner import SimpleLocalProcessSpawner, SpawnException
from server_exits import RecordsExit
from start_steps import LOGGED_STEPS, Step
from traitlets import Unicode, default

STEP_POLL_INTERVAL = timedelta(seconds=0.1)
MAX_LOG_BYTES = 5 * 1024 * 1024


class ServerExited(SpawnException):
    """The process ended before its port was open. The start fails without a timeout."""

    def __init__(self, exit_code: int, log_path: Path) -> None:
        message = f"Server process ended with exit code {exit_code}"
        super().__init__(
            message,
            reason="exited",
            log_message=f"{message}: see {log_path}",
            status_code=500,
        )
        # Shown by the progress stream; only the Hub's log has the path.
        self.jupyterhub_message = message


class LocalSpawner(RecordsExit, SimpleLocalProcessSpawner):
    """Stores homes and logs in folders of its own. Users are not isolated from one another."""

    homes = Unicode(config=True, help="Folder of the users' home folders.")
    logs = Unicode(config=True, help="Folder of the servers' logs.")

    _steps: list[Step]

    @default("home_dir")
    def _default_home_dir(self) -> str:
        return str(Path(self.homes) / self.user.name)

    @property
    def log_path(self) -> Path:
        return Path(self.logs) / f"{self.user.name}.log"

    def make_preexec_fn(self, name: str) -> None:
        """Return None: nothing runs between fork and exec, since Popen sets the working folder."""

    async def start(self) -> tuple[str, int]:
        self._steps = []
        Path(self.home_dir).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._steps.append(Step.HOME_READY)
        with self._new_log() as log:
            self.popen_kwargs = {
                "cwd": self.home_dir,
                "stdin": subprocess.DEVNULL,
                "stdout": log,
                "stderr": subprocess.STDOUT,
            }
            address: tuple[str, int] = await super().start()
        self._steps.append(Step.PROCESS_STARTED)
        await self._wait_for_port(*address)
        return address

    async def _wait_for_port(self, host: str, port: int) -> None:
        """Wait until the server listens. Raises ServerExited.

        The Hub itself polls ever more slowly, and does not notice that the process has ended.
        """
        while not await _listens(host, port):
            if self.proc is None or (exit_code := self.proc.poll()) is not None:
                raise ServerExited(exit_code, self.log_path)
            self._read_steps()
            await asyncio.sleep(STEP_POLL_INTERVAL.total_seconds())
        self._steps.append(Step.PORT_OPEN)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Yield each step. The Hub closes this generator when the start succeeds or fails."""
        sent = 0
        while True:
            for step in self._steps[sent:]:
                yield {"progress": step.percent, "message": step.message}
                sent += 1
            await asyncio.sleep(STEP_POLL_INTERVAL.total_seconds())

    async def poll(self) -> int | None:
        self._truncate_log()
        status: int | None = await super().poll()
        return status

    def _read_steps(self) -> None:
        log = self.log_path.read_text(encoding="utf-8", errors="replace")
        self._steps += [s for s in LOGGED_STEPS if s.log_line in log and s not in self._steps]

    def _new_log(self) -> IO[bytes]:
        self.log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log_path.exists():
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        return self.log_path.open("ab")

    def _truncate_log(self) -> None:
        """Empty a log that is too long. The server appends, so it continues from the beginning."""
        try:
            if self.log_path.stat().st_size > MAX_LOG_BYTES:
                os.truncate(self.log_path, 0)
        except FileNotFoundError:
            return


async def _listens(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
