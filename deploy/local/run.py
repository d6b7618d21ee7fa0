"""One running copy: from the lock on its folder to the last of its processes ended."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from deploy.local import preflight, readiness, secret_files, supervision
from deploy.local.environment import as_env_file, environment, settings
from deploy.local.failures import CannotStart, end_of
from deploy.local.prepare import Administrator, prepare
from deploy.local.processes import Children, Signals, StopRequested, adopt_orphans
from deploy.local.proxy_pages import write_proxy_pages
from deploy.local.trial import SettingRefused, Trial

START_PATIENCE_SECONDS = 120
LOOK_AGAIN_SECONDS = 0.2
# A part may die once or twice while others come up, and is started again. This often is too often.
STARTS_OF_A_FAILING_PART = 3

# Ten seconds for everything: what has not ended by itself after these is ended by force.
STOP_PATIENCE_SECONDS = 8.0
LEFTOVERS_PATIENCE_SECONDS = 0.5


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
        """Returns when it was asked to stop and everything has ended."""
        adopt_orphans()
        variables = self._write_files()
        try:
            supervisor = self._start_supervisor(variables)
            administrator = prepare(self._trial, variables, self._signals, self._children)
            supervisor.start_portal()
            self._wait_until_all_answer(supervisor)
            print(_block(self._trial, administrator, time.monotonic() - self._began), flush=True)
            self._stay(supervisor)
        except StopRequested:
            print("\nStopping: users' servers first, then the rest.", flush=True)
        finally:
            self._end_everything()
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
        """The Hub and its proxy start with it, and come up while the database is prepared."""
        supervisor = supervision.Supervisor.start(self._trial, variables, self._lock)
        self._supervisor = supervisor
        while not supervisor.answers():
            self._notice_end_of(supervisor)
            self._signals.wait(LOOK_AGAIN_SECONDS)
        return supervisor

    def _wait_until_all_answer(self, supervisor: supervision.Supervisor) -> None:
        seen: dict[str, set[int]] = {}
        while missing := readiness.missing_parts(self._trial, self._began_at):
            self._notice_end_of(supervisor)
            for part in supervisor.parts():
                starts = seen.setdefault(part.name, set())
                starts.update({part.pid} - {0})
                if part.given_up or len(starts) >= STARTS_OF_A_FAILING_PART:
                    raise CannotStart(
                        f"{part.name} ends again and again. {end_of(self._trial, part.name)}"
                    )
            if time.monotonic() - self._began > START_PATIENCE_SECONDS:
                raise CannotStart(
                    f"{', '.join(missing)} did not answer within {START_PATIENCE_SECONDS} seconds."
                    f" {end_of(self._trial, missing[0])}"
                )
            self._signals.wait(LOOK_AGAIN_SECONDS)

    def _stay(self, supervisor: supervision.Supervisor) -> None:
        while True:
            self._notice_end_of(supervisor)
            self._signals.wait(60)

    def _notice_end_of(self, supervisor: supervision.Supervisor) -> None:
        if (code := self._children.exit_code(supervisor.pid)) is not None:
            raise CannotStart(
                f"supervisord ended by itself ({code}). {end_of(self._trial, 'supervisord')}"
            )

    def _end_everything(self) -> None:
        until = time.monotonic() + STOP_PATIENCE_SECONDS
        if self._supervisor is not None:
            self._supervisor.stop()
            while self._children.exit_code(self._supervisor.pid) is None:
                if time.monotonic() > until:
                    break
                self._supervisor.wake()
                time.sleep(LOOK_AGAIN_SECONDS)
        self._children.end_all(grace=LEFTOVERS_PATIENCE_SECONDS)


def _block(trial: Trial, administrator: Administrator | None, seconds: float) -> str:
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
        "isolation between them. Let only people use it whom you would give this account to.",
    ]
    return "\n" + "\n".join(lines) + "\n"


@contextmanager
def _lock(trial: Trial) -> Iterator[int]:
    """One `make up` on one folder. The file's descriptor is the lock."""
    for folder in (trial.var, trial.run, trial.logs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (trial.run / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"{trial.var} is in use by a `make up` that runs, or ends just now."
                " Stop that one, or set SHAPARAK_VAR to another folder."
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
