"""`manage.py prepare`: migrations, the Hub's client, the first administrator."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from deploy.local.failures import CannotStart, log_tail
from deploy.local.install import REPOSITORY
from deploy.local.processes import Children, Signals
from deploy.local.trial import Trial

PREPARE_POLL_INTERVAL = timedelta(seconds=0.2)
LOG_NAME = "prepare"


@dataclass(frozen=True, slots=True)
class Administrator:
    username: str
    password: str


def prepare(
    trial: Trial, variables: Mapping[str, str], signals: Signals, children: Children
) -> Administrator | None:
    """Prepare the database. Return the administrator, if this run created one.

    Raises CannotStart and StopRequested.
    """
    log = trial.logs / f"{LOG_NAME}.log"
    # The password is in an unnamed file, which disappears when it is closed.
    with log.open("w", encoding="utf-8") as errors, tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "prepare"],
            cwd=REPOSITORY,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        while (code := children.exit_code(process.pid)) is None:
            signals.wait(PREPARE_POLL_INTERVAL)
        output.seek(0)
        *report, result = output.read().splitlines() or [""]
        errors.writelines(f"{line}\n" for line in report)
    if code != 0:
        raise CannotStart(
            f"`manage.py prepare` failed with status {code}. {log_tail(trial, LOG_NAME)}"
        )
    created: dict[str, str] = json.loads(result)
    return Administrator(**created) if created else None
