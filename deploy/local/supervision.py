"""supervisord: its configuration, and calls to its API."""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import string
import subprocess
import sys
import xmlrpc.client
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.install import REPOSITORY
from deploy.local.trial import Trial
from deploy.process_ties import tied_to_parent

TEMPLATE = Path(__file__).with_name("supervisord.conf.template")
STARTED_AFTER_PREPARE = ("web", "worker", "spawn-worker", "beat")

# A part that ends is always restarted, with a longer delay each time if it ends at once. When it is
# killed, its whole process group is.
COMMON = """\
directory = ${repository}
autorestart = true
startsecs = 1
startretries = 100
stopsignal = TERM
killasgroup = true
redirect_stderr = true
stdout_logfile = ${logs}/%(program_name)s.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 3"""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    pid: int  # 0 while it does not run
    given_up: bool


def write_configuration(trial: Trial) -> None:
    """Write run/supervisord.conf from the template."""
    values = {
        "repository": REPOSITORY,
        "run": trial.run,
        "logs": trial.logs,
        "socket": trial.supervisor_socket,
        "python": shlex.quote(sys.executable),
        "beat_schedule": shlex.quote(str(trial.var / "celerybeat-schedule")),
        "portal_port": trial.portal_port,
        "identifier": f"port-{trial.portal_port}",
    }
    escaped = {name: str(value).replace("%", "%%") for name, value in values.items()}
    template = string.Template(TEMPLATE.read_text(encoding="utf-8"))
    text = template.substitute(
        escaped,
        tied=shlex.join(tied_to_parent([])),
        common=string.Template(COMMON).substitute(escaped),
    )
    _configuration_file(trial).write_text(text, encoding="utf-8")


def _configuration_file(trial: Trial) -> Path:
    return trial.run / "supervisord.conf"


class Supervisor:
    """One running supervisord."""

    def __init__(self, pid: int, socket: Path) -> None:
        self.pid = pid
        self._transport = SupervisorTransport(None, None, serverurl=f"unix://{socket}")

    @classmethod
    def start(cls, trial: Trial, environment: Mapping[str, str], lock: int) -> Self:
        """Start it. It inherits the copy's lock, which thus lasts until supervisord has ended."""
        configuration = str(_configuration_file(trial))
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", configuration]
        process = subprocess.Popen(
            tied_to_parent(command),
            cwd=REPOSITORY,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            # Ctrl-C must not reach the parts: they would all end at once, out of order.
            start_new_session=True,
            pass_fds=[lock],
        )
        return cls(process.pid, trial.supervisor_socket)

    def answers(self) -> bool:
        try:
            self._call("supervisor.getState")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def start_portal(self) -> None:
        for part in STARTED_AFTER_PREPARE:
            self._call("supervisor.startProcess", f"portal:{part}", False)

    def parts(self) -> list[Part]:
        return [
            Part(name=info["name"], pid=info["pid"], given_up=info["statename"] == "FATAL")
            for info in self._call("supervisor.getAllProcessInfo")
        ]

    def wake(self) -> None:
        """Make it check its parts now instead of once a second."""
        # Any call does that, also one that it refuses because it is shutting down.
        with suppress(OSError, http.client.HTTPException, xmlrpc.client.Error):
            self._call("supervisor.getState")

    def stop(self) -> None:
        """Request that it stops the parts in order, and then itself."""
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            return

    def _call(self, method: str, *arguments: object) -> Any:
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=self._transport) as proxy:
            return getattr(proxy, method)(*arguments)
