"""Life of one copy: from the lock on its folder until its last process has ended."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from deploy.local import preflight, readiness, secret_files, supervision
from deploy.local.environment import as_env_file, environment, settings
from deploy.local.failures import CannotStart, log_tail
from deploy.local.prepare import Administrator, prepare
from deploy.local.processes import Children, Signals, StopRequested, adopt_orphans
from deploy.local.proxy_pages import write_proxy_pages
from deploy.local.trial import SettingRefused, Trial

READY_TIMEOUT = timedelta(seconds=120)
READY_POLL_INTERVAL = timedelta(seconds=0.2)
SUPERVISOR_CHECK_INTERVAL = timedelta(seconds=60)
# A part may crash once or twice while others start, and is restarted. After this many starts it has
# failed.
MAX_PART_STARTS = 3

# A stop takes ten seconds at most: what still runs after these is killed.
SUPERVISOR_STOP_TIMEOUT = timedelta(seconds=8)
LEFTOVERS_GRACE = timedelta(seconds=0.5)


class Copy:
    def __init__(self, trial: Trial, lock: int) -> None:
        self._trial = trial
        self._lock = lock
        self._signals = Signals()
        self._children = Children()
        self._began = time.monotonic()
        self._began_at = datetime.now(UTC).replace(microsecond=0)
        self._supervisor: supervision.Supervisor | None = None

    def run(self) -> None:
        """Run until a stop is requested and everything has ended. Raises CannotStart."""
        adopt_orphans()
        variables = self._write_files()
        try:
            supervisor = self._start_supervisor(variables)
            administrator = prepare(self._trial, variables, self._signals, self._children)
            supervisor.start_portal()
            self._wait_until_ready(supervisor)
            print(_summary(self._trial, administrator, time.monotonic() - self._began), flush=True)
            self._watch(supervisor)
        except StopRequested:
            print("\nStopping: users' servers first, then the rest.", flush=True)
        finally:
            self._stop_everything()
        print("Stopped.", flush=True)

    def _write_files(self) -> Mapping[str, str]:
        trial = self._trial
        secrets = secret_files.create_missing(trial.secrets)
        env_file = trial.var / "trial.env"
        env_file.write_text(as_env_file(settings(trial, secrets)), encoding="utf-8")
        write_proxy_pages(trial)
        supervision.write_configuration(trial)
        return environment(os.environ, trial, secrets)

    def _start_supervisor(self, variables: Mapping[str, str]) -> supervision.Supervisor:
        """Start supervisord, and with it the Hub and its proxy, before the database is prepared."""
        supervisor = supervision.Supervisor.start(self._trial, variables, self._lock)
        self._supervisor = supervisor
        while not supervisor.answers():
            self._require(supervisor)
            self._signals.wait(READY_POLL_INTERVAL)
        return supervisor

    def _wait_until_ready(self, supervisor: supervision.Supervisor) -> None:
        pids: dict[str, set[int]] = {}
        while missing := readiness.missing_parts(self._trial, self._began_at):
            self._require(supervisor)
            for part in supervisor.parts():
                starts = pids.setdefault(part.name, set())
                starts.update({part.pid} - {0})
                if part.given_up or len(starts) >= MAX_PART_STARTS:
                    raise CannotStart(
                        f"{part.name} keeps failing. {log_tail(self._trial, part.name)}"
                    )
            if time.monotonic() - self._began > READY_TIMEOUT.total_seconds():
                raise CannotStart(
                    f"{', '.join(missing)} did not answer within {READY_TIMEOUT.seconds} seconds."
                    f" {log_tail(self._trial, missing[0])}"
                )
            self._signals.wait(READY_POLL_INTERVAL)

    def _watch(self, supervisor: supervision.Supervisor) -> None:
        while True:
            self._require(supervisor)
            self._signals.wait(SUPERVISOR_CHECK_INTERVAL)

    def _require(self, supervisor: supervision.Supervisor) -> None:
        """Raise CannotStart if supervisord has ended."""
        if (code := self._children.exit_code(supervisor.pid)) is not None:
            raise CannotStart(
                f"supervisord ended with status {code}. {log_tail(self._trial, 'supervisord')}"
            )

    def _stop_everything(self) -> None:
        deadline = time.monotonic() + SUPERVISOR_STOP_TIMEOUT.total_seconds()
        if self._supervisor is not None:
            self._supervisor.stop()
            while self._children.exit_code(self._supervisor.pid) is None:
                if time.monotonic() > deadline:
                    break
                self._supervisor.wake()
                time.sleep(READY_POLL_INTERVAL.total_seconds())
        self._children.end_all(grace=LEFTOVERS_GRACE)


def _summary(trial: Trial, administrator: Administrator | None, seconds: float) -> str:
    lines = [
        f"Shaparak is ready after {seconds:.0f} seconds.",
        "",
        f"  Portal         {trial.portal_url}",
        f"  JupyterHub     {trial.hub_url}",
    ]
    if administrator:
        lines += [
            f"  Administrator  {administrator.username}",
            f"  Password       {administrator.password}   (shown this once)",
        ]
    lines += [
        f"  Logs           {trial.logs}",
        f"  To stop        Ctrl-C here, or: kill {os.getpid()}",
        "",
        "This is the trial mode: users' servers run as this account on this machine, with no",
        "isolation between them. Give access only to people whom you would give this account.",
    ]
    return "\n" + "\n".join(lines) + "\n"


@contextmanager
def _lock(trial: Trial) -> Iterator[int]:
    """Lock the folder for one `make up`. Yield the descriptor that holds the lock."""
    for folder in (trial.var, trial.run, trial.logs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (trial.run / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"{trial.var} is in use by another `make up`, which runs or is just ending."
                " Stop it, or set SHAPARAK_VAR to another folder."
            ) from None
        yield file.fileno()


def main() -> None:
    os.umask(0o077)
    try:
        trial = Trial.read(os.environ)
        for warning in preflight.warnings():
            print(f"! {warning}", flush=True)
        with _lock(trial) as lock:
            if problems := list(preflight.problems(trial)):
                raise CannotStart("\n".join(problems))
            print("· Starting", flush=True)
            Copy(trial, lock).run()
    except (CannotStart, SettingRefused) as problem:
        sys.exit(f"make up: {problem}")


if __name__ == "__main__":
    main()
