"""`manage.py prepare`: database, the Hub's client, first administrator."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local.failures import CannotStart, end_of
from deploy.local.install import REPOSITORY
from deploy.local.processes import Children, Signals
from deploy.local.trial import Trial

LOOK_AGAIN_SECONDS = 0.2
LOG_NAME = "prepare"


@dataclass(frozen=True, slots=True)
class Administrator:
    username: str
    password: str


def prepare(
    trial: Trial, variables: Mapping[str, str], signals: Signals, children: Children
) -> Administrator | None:
    """The administrator whom it has just made, the first time."""
    log = trial.logs / f"{LOG_NAME}.log"
    # The password goes through a file without a name, and is gone with it.
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
            signals.wait(LOOK_AGAIN_SECONDS)
        output.seek(0)
        *report, result = output.read().splitlines() or [""]
        errors.writelines(f"{line}\n" for line in report)
    if code != 0:
        raise CannotStart(f"Preparing the database failed ({code}). {end_of(trial, LOG_NAME)}")
    made: dict[str, str] = json.loads(result)
    return Administrator(**made) if made else None
