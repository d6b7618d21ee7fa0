"""Why a copy cannot run, with the end of the log that tells more."""

from __future__ import annotations

from deploy.local.trial import Trial

LAST_LINES = 15


class CannotStart(Exception):
    """Its text is all that an administrator needs to read."""


def end_of(trial: Trial, part: str) -> str:
    log = trial.logs / f"{part}.log"
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    except FileNotFoundError:
        return f"It has written nothing to {log}."
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)])
