"""Validators of passwords: their length, and the names that are guessed first here."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.usernames import fold_username
from portal.persian.numbers import digits

NAMES = ("shaparak", "شاپرک", "jupyterhub", "jupyterlab", "jupyter", "ژوپیتر", "جوپیتر", "notebook")
# Labels of host names that are no name of an institution.
COMMON_LABELS = frozenset({"www", "localhost", "ac", "com", "edu", "gov", "org", "net", "hub"})
SHORTEST_LABEL = 4  # characters
SHORTEST_REST = 6  # characters beside the names


class LengthValidator(MinimumLengthValidator):
    """Django's own, with the reader's digits: the admin shows its texts as they are."""

    def get_error_message(self) -> str:
        return digits(super().get_error_message())

    def get_help_text(self) -> str:
        return digits(super().get_help_text())


class OwnNameValidator:
    """Refuse passwords that are little more than the name of the portal or of the institution.

    «شاپرک۱۲۳» and Shaparak-1404 are tried first by whoever guesses.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        folded = rest = _letters_and_digits(fold_username(password))
        for name in sorted(_names(), key=len, reverse=True):
            rest = rest.replace(name, "")
        # Years and counts follow names: digits add little.
        if rest != folded and len(re.sub(r"\d", "", rest)) < SHORTEST_REST:
            raise ValidationError(
                _("This password is too easy to guess: it is the name of this service."),
                code="password_is_own_name",
            )

    def get_help_text(self) -> str:
        return _("Your password can’t be the name of this service.")


def _names() -> set[str]:
    labels = {
        label
        for url in (settings.PORTAL_URL, settings.HUB_URL)
        for label in (urlsplit(url).hostname or "").split(".")
        if len(label) >= SHORTEST_LABEL and label not in COMMON_LABELS and not label.isdigit()
    }
    return set(NAMES) | {_letters_and_digits(label) for label in labels}


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
