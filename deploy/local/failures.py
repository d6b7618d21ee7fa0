"""Failure of a copy, with the end of the log that has the details."""

from __future__ import annotations

from deploy.local.trial import Trial

LOG_LINES = 15


class CannotStart(Exception):
    """The message names the reason, and the setting or command that helps."""


def log_tail(trial: Trial, part: str) -> str:
    """Return the last lines of a part's log, with a heading."""
    log = trial.logs / f"{part}.log"
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    except FileNotFoundError:
        return f"{log} does not exist."
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)])
