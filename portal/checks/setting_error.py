"""The error of a bad setting."""

from django.core.checks import Error


def setting_error(number: int, message: str, hint: str) -> Error:
    """Return an error with an id of three digits. No other check uses the same number."""
    return Error(message, hint=hint, id=f"shaparak.E{number:03}")
