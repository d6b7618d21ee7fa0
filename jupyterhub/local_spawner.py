"""A user's server as a process on this host, that says at each step how far it has come."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from jupyterhub.spawner import SimpleLocalProcessSpawner, SpawnException
from server_exits import RemembersItsEnd
from start_steps import STEPS_IN_LOG, Step
from traitlets import Unicode, default

LOOK_AGAIN_SECONDS = 0.1
LOG_LIMIT_BYTES = 5 * 1024 * 1024


class ServerExited(SpawnException):
    """The process ended before its port was open. There is no use in waiting for a timeout."""

    def __init__(self, exit_code: int, log_path: Path) -> None:
        message = f"Server process ended with exit code {exit_code}"
        super().__init__(
            message,
            reason="exited",
            log_message=f"{message}: see {log_path}",
            status_code=500,
        )
        # What the progress stream shows; the path is for the Hub's log alone.
        self.jupyterhub_message = message


class LocalSpawner(RemembersItsEnd, SimpleLocalProcessSpawner):
    """Homes and logs in folders of their own; no isolation between users."""

    homes = Unicode(config=True, help="The folder with every user's home folder.")
    logs = Unicode(config=True, help="The folder with the log of every user's server.")

    _steps: list[Step]

    @default("home_dir")
    def _default_home_dir(self) -> str:
        return str(Path(self.homes) / self.user.name)

    @property
    def log_path(self) -> Path:
        return Path(self.logs) / f"{self.user.name}.log"

    def make_preexec_fn(self, name: str) -> None:
        """Nothing to run between fork and exec: the working folder is set by Popen."""

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
        await self._port_open(*address)
        return address

    async def _port_open(self, host: str, port: int) -> None:
        """Watches closely: the Hub itself would look ever more seldom, and not see an early end."""
        while not await _accepts(host, port):
            if self.proc is None or (exit_code := self.proc.poll()) is not None:
                raise ServerExited(exit_code, self.log_path)
            self._read_steps()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        self._steps.append(Step.PORT_OPEN)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Ended by the Hub, when the start has ended well or badly."""
        told = 0
        while True:
            for step in self._steps[told:]:
                yield {"progress": step.percent, "message": step.message}
                told += 1
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def poll(self) -> int | None:
        self._keep_log_small()
        status: int | None = await super().poll()
        return status

    def _read_steps(self) -> None:
        log = self.log_path.read_text(encoding="utf-8", errors="replace")
        self._steps += [s for s in STEPS_IN_LOG if s.line in log and s not in self._steps]

    def _new_log(self) -> IO[bytes]:
        self.log_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log_path.exists():
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        return self.log_path.open("ab")

    def _keep_log_small(self) -> None:
        """The server appends, so a log cut to nothing goes on from its beginning."""
        try:
            if self.log_path.stat().st_size > LOG_LIMIT_BYTES:
                os.truncate(self.log_path, 0)
        except FileNotFoundError:
            return


async def _accepts(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True
