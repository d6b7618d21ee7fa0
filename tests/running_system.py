"""A whole running copy of Shaparak, as `make up` runs it, for tests that need the real parts.

    def test_something(running_system):            # one copy for the whole test session
        running_system.portal_url                  # http://localhost:…, where people go
        running_system.hub_url                     # http://127.0.0.1:…, the Hub's proxy
        running_system.hub_api_url                 # …/hub/api, straight at the Hub
        running_system.token                       # the portal's token for that API
        running_system.administrator               # .username and .password of the first one
        running_system.var                         # its SHAPARAK_VAR: secrets, logs, homes, mail
        running_system.environment                 # for `manage.py` commands on this copy

A test that stops parts, or needs settings of its own, starts a copy for itself and ends it:

    with RunningSystem.start(tmp_path / "var", {"IDLE_TIMEOUT": "5"}) as copy:
        copy.stop()                                # by SIGTERM; the seconds it took
        copy.output                                # what it has printed so far

The fixture is there for every test: /conftest.py names this module as a plugin.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from jupyter_integration.testing.free_ports import free_ports

REPOSITORY = Path(__file__).resolve().parents[1]

# Of a machine that runs the rest of the suite at the same time. An idle one takes a tenth.
START_PATIENCE_SECONDS = 120
STOP_PATIENCE_SECONDS = 30
READY = "Shaparak is ready"


@dataclass(frozen=True)
class Administrator:
    username: str
    password: str


class DidNotStart(AssertionError):
    """Says what the copy printed."""


class RunningSystem:
    def __init__(self, var: Path, settings: Mapping[str, str] | None = None) -> None:
        """A copy that is yet to be started; `settings` are environment variables."""
        self.var = var
        self.portal_port, self.hub_port, *_ = free_ports(4)  # the Hub has three in a row
        self.settings = {
            "SHAPARAK_VAR": str(var),
            "PORTAL_PORT": str(self.portal_port),
            "HUB_PORT": str(self.hub_port),
        } | dict(settings or {})
        self.output_file = var.parent / f"{var.name}.output"
        self._process: subprocess.Popen[bytes] | None = None
        self.seconds_to_start = 0.0

    @classmethod
    def start(cls, var: Path, settings: Mapping[str, str] | None = None) -> Self:
        copy = cls(var, settings)
        copy.bring_up()
        return copy

    # ── Where it is ─────────────────────────────────────────────────────────────────────────────

    @property
    def portal_url(self) -> str:
        return f"http://localhost:{self.portal_port}"

    @property
    def hub_url(self) -> str:
        return f"http://127.0.0.1:{self.hub_port}"

    @property
    def hub_api_url(self) -> str:
        return f"http://127.0.0.1:{self.hub_port + 2}/hub/api"

    @property
    def ports(self) -> list[int]:
        return [self.portal_port, *range(self.hub_port, self.hub_port + 3)]

    @property
    def token(self) -> str:
        return (self.var / "secrets" / "JUPYTERHUB_API_TOKEN").read_text()

    @property
    def administrator(self) -> Administrator:
        """As the first start of this copy printed it."""
        name = re.search(r"^  Administrator +(\S+)$", self.output, re.MULTILINE)
        password = re.search(r"^  Password +(\S+)", self.output, re.MULTILINE)
        if name is None or password is None:
            raise LookupError(f"This start made no administrator:\n{self.output}")
        return Administrator(name[1], password[1])

    @property
    def environment(self) -> dict[str, str]:
        assignments = shlex.split((self.var / "trial.env").read_text(), comments=True)
        return clean_environment() | dict(value.split("=", 1) for value in assignments)

    # ── Its life ────────────────────────────────────────────────────────────────────────────────

    def bring_up(self) -> None:
        """Start it and wait until it says that it is ready."""
        began = time.monotonic()
        self.launch()
        while READY not in self.output:
            if self.process.poll() is not None:
                raise DidNotStart(f"It ended with {self.process.returncode}:\n{self.output}")
            if time.monotonic() - began > START_PATIENCE_SECONDS:
                self.stop()
                raise DidNotStart(f"It was not ready in time:\n{self.output}")
            time.sleep(0.05)
        self.seconds_to_start = time.monotonic() - began

    def launch(self) -> None:
        """Start it, and wait for nothing."""
        self.var.parent.mkdir(parents=True, exist_ok=True)
        with self.output_file.open("wb") as output:
            self._process = subprocess.Popen(
                ["make", "--silent", "up", f"PYTHON={sys.executable}"],
                cwd=REPOSITORY,
                env=clean_environment() | self.settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A Ctrl-C at the tests must not stop the copy before the tests do.
                start_new_session=True,
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "It was never started."
        return self._process

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def has_run(self) -> bool:
        """Whether a first run has been on its folder, so that another one is quick."""
        return self.seconds_to_start > 0

    @property
    def output(self) -> str:
        return self.output_file.read_text(encoding="utf-8") if self.output_file.exists() else ""

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> float:
        """Ask it to stop, unless it has, and wait until it has; the seconds that took."""
        began = time.monotonic()
        if self.runs:
            self.process.send_signal(with_signal)
            self.process.wait(STOP_PATIENCE_SECONDS)
        return time.monotonic() - began

    def log_of(self, part: str) -> str:
        return (self.var / "logs" / f"{part}.log").read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.stop()


def clean_environment() -> dict[str, str]:
    """This process's own, without what would lead a copy to the test suite's data or make."""
    foreign = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SHAPARAK_MODE"}
    foreign |= {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


@pytest.fixture(scope="session")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One copy for all tests of the session that only use it."""
    with RunningSystem.start(tmp_path_factory.mktemp("copy") / "var") as copy:
        yield copy
