"""Checks of limits: starts at a time, waits in seconds, disk space of homes."""

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from portal.checks.setting_error import setting_error
from portal.persian.sizes import parse_size


def check_limits(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for limits with which no server could start, a warning for a missing one."""
    errors: list[CheckMessage] = []
    if settings.SPAWN_SLOTS < 1:
        hint = "Set the number of concurrent starts, for example 16."
        errors.append(setting_error(14, "SPAWN_SLOTS is below 1.", hint))
    if settings.SERVER_MAX_AGE < 1:
        hint = "Set the longest time that a server runs, for example 604800 for a week."
        errors.append(setting_error(28, "SERVER_MAX_AGE is below 1 second.", hint))
    if not 5 <= settings.HUB_READ_TIMEOUT <= 30:
        errors.append(
            setting_error(13, "HUB_READ_TIMEOUT is not between 5 and 30 seconds.", "Set 10.")
        )
    if settings.HOME_SIZE and parse_size(settings.HOME_SIZE) is None:
        hint = "Set an amount such as 5G, or leave it empty."
        errors.append(setting_error(19, "HOME_SIZE is not an amount of disk space.", hint))
    if not settings.HOME_SIZE and not settings.TRIAL:
        errors.append(
            Warning(
                "HOME_SIZE is not set: one person's files can fill the disk, and a full disk stops "
                "the database.",
                hint='See "Space for homes" in docs/operations.md.',
                id="shaparak.W002",
            )
        )
    return errors
