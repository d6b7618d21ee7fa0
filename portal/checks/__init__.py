"""System checks: bad settings with which no part of the portal starts."""

from django.core.checks import ERROR, run_checks
from django.core.management.base import SystemCheckError


def refuse_bad_settings() -> None:
    """Raise SystemCheckError if any check finds an error.

    `manage.py` runs the checks by itself; the web server and Celery call this when they start.
    """
    errors = [message for message in run_checks() if message.level >= ERROR]
    if errors:
        raise SystemCheckError("\n\n".join(str(error) for error in errors))
