"""Running copy of Shaparak, started by `make up`, for tests that need the real parts.

    def test_something(running_system):            # one copy for the whole test session
        running_system.portal_url                  # http://localhost:…, the portal for browsers
        running_system.hub_url                     # http://hub.localhost:…, the Hub for browsers
        running_system.lab_url("sara")             # http://sara.hub.localhost:…/user/sara
        running_system.hub_proxy_url               # http://127.0.0.1:…, the same for programs
        running_system.hub_api_url                 # …/hub/api, of the Hub without its proxy
        running_system.token                       # the portal's token for that API
        running_system.administrator               # .username and .password of the first one
        running_system.var                         # its SHAPARAK_VAR: secrets, logs, homes, mail
        running_system.environment                 # for `manage.py` commands on this copy

Programs find no name below `localhost`: tests/hub_names.py makes a `requests` session that does.

A test that stops parts, or needs other settings, starts its own copy and ends it:

    with RunningSystem.start(tmp_path / "var", {"IDLE_TIMEOUT": "5"}) as copy:
        copy.stop()                                # by SIGTERM; returns the seconds it took
        copy.output                                # what it has printed

Every test can use the fixture: /conftest.py names this module as a plugin.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest

from deploy.local.install import REPOSITORY
from deploy.local.trial import Trial
from jupyter_integration.testing.free_ports import free_ports
from jupyter_integration.testing.part import DidNotStart, Part

# On a machine that runs the rest of the suite at the same time. An idle one takes a tenth.
COPY_START_TIMEOUT = timedelta(seconds=120)
COPY_STOP_TIMEOUT = timedelta(seconds=30)


@dataclass(frozen=True)
class Administrator:
    username: str
    password: str


class RunningSystem:
    def __init__(
        self, var: Path, settings: Mapping[str, str] | None = None, *, output: str = ""
    ) -> None:
        """Prepare a copy without starting it.

        `settings` are environment variables; `output` is the name of the file beside `var` that the
        copy prints to.
        """
        portal_port, hub_port, *_ = free_ports(4)  # the Hub has three in a row
        self.trial = Trial(
            var, portal_port, hub_port, (settings or {}).get("LAB_SUBDOMAINS") != "false"
        )
        self.var = var
        self.portal_url = self.trial.portal_url
        self.hub_url = self.trial.hub_url
        self.hub_proxy_url = self.trial.hub_proxy_url
        self.hub_api_url = self.trial.hub_api_url
        self.ports = [portal_port, *self.trial.hub_ports]
        variables = {
            "SHAPARAK_VAR": str(var),
            "PORTAL_PORT": str(portal_port),
            "HUB_PORT": str(hub_port),
        } | dict(settings or {})
        self._part = Part(
            "make up",
            ["make", "--silent", "up", f"PYTHON={sys.executable}"],
            folder=REPOSITORY,
            log=var.parent / (output or f"{var.name}.output"),
            environment=clean_environment() | variables,
            ready_line="Shaparak is ready",
            start_timeout=COPY_START_TIMEOUT,
        )
        self.seconds_to_start = 0.0

    @classmethod
    def start(cls, var: Path, settings: Mapping[str, str] | None = None) -> Self:
        copy = cls(var, settings)
        copy.bring_up()
        return copy

    def lab_url(self, name: str) -> str:
        """Return the address of a user's server in browsers, by the name on the Hub."""
        host = f"{name}." if self.trial.lab_subdomains else ""
        return f"{self.hub_url.replace('://', f'://{host}', 1)}/user/{name}"

    @property
    def token(self) -> str:
        return (self.var / "secrets" / "JUPYTERHUB_API_TOKEN").read_text()

    @property
    def administrator(self) -> Administrator:
        """Return the administrator that the first start of this copy printed."""
        name = re.search(r"^  Administrator +(\S+)$", self.output, re.MULTILINE)
        password = re.search(r"^  Password +(\S+)", self.output, re.MULTILINE)
        if name is None or password is None:
            raise LookupError(f"This start made no administrator:\n{self.output}")
        return Administrator(name[1], password[1])

    @property
    def environment(self) -> dict[str, str]:
        assignments = shlex.split((self.var / "trial.env").read_text(), comments=True)
        return clean_environment() | dict(value.split("=", 1) for value in assignments)

    # ── Life cycle ──────────────────────────────────────────────────────────────────────────────

    def bring_up(self) -> None:
        """Start it and wait until it is ready. Raises DidNotStart with its output."""
        began = time.monotonic()
        self.launch()
        try:
            self._part.wait()
        except DidNotStart:
            self.stop()
            raise
        self.seconds_to_start = time.monotonic() - began

    def launch(self) -> None:
        """Start it without waiting."""
        self.var.parent.mkdir(parents=True, exist_ok=True)
        self._part.log.unlink(missing_ok=True)
        self._part.launch()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        return self._part.process

    @property
    def runs(self) -> bool:
        return self._part.runs()

    @property
    def has_run(self) -> bool:
        """Return whether it has been started before, so that the next start is quick."""
        return self.seconds_to_start > 0

    @property
    def output(self) -> str:
        """Return what it has printed since its last start."""
        log = self._part.log
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def stop(self) -> float:
        """Send SIGTERM, if it runs, and wait for its end. Return the seconds that took."""
        began = time.monotonic()
        if self.runs:
            self.process.terminate()
            self.process.wait(COPY_STOP_TIMEOUT.total_seconds())
        return time.monotonic() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def clean_environment() -> dict[str, str]:
    """Return the environment without variables of the test suite's database and of make."""
    foreign = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SHAPARAK_MODE"}
    foreign |= {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


@pytest.fixture(scope="session")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One copy for all tests of the session that do not stop or break it."""
    with RunningSystem.start(tmp_path_factory.mktemp("copy") / "var") as copy:
        yield copy
