"""Checks of the mode: what is allowed in trial mode and dangerous on a real host."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage

from portal.checks.setting_error import setting_error


def check_mode(**_kwargs: object) -> list[CheckMessage]:
    """Return errors for what is allowed in trial mode and dangerous on a real host."""
    if settings.MODE not in {"trial", "production"}:
        return [
            setting_error(20, "SHAPARAK_MODE is neither `trial` nor `production`.", "Choose one.")
        ]
    if settings.PLATFORM not in {"compose", "kubernetes"}:
        return [
            setting_error(
                29, "SHAPARAK_PLATFORM is neither `compose` nor `kubernetes`.", "Choose one."
            )
        ]
    if settings.TRIAL:
        return []
    errors: list[CheckMessage] = []
    if settings.DEBUG:
        errors.append(
            setting_error(21, "DEBUG is on.", "It shows settings to visitors: set DEBUG=false.")
        )
    secure_cookies = settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE
    # Requests to localhost do not leave the machine.
    if not secure_cookies and urlsplit(settings.PORTAL_URL).hostname != "localhost":
        errors.append(
            setting_error(22, "Cookies would be sent without TLS.", "Give PORTAL_URL as https://….")
        )
    if not settings.REDIS_URL:
        errors.append(
            setting_error(23, "REDIS_URL is not set.", "For example redis://redis:6379/0.")
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        errors.append(
            setting_error(
                24, "DATABASE_URL is not set.", "For example postgres://user:…@postgres/portal."
            )
        )
    return errors
