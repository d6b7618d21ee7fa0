"""Usernames: the rules at sign-up, and the one spelling in the database."""

import unicodedata
from collections.abc import Callable

from django.core.validators import MaxLengthValidator, MinLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from portal.persian.text import ZERO_WIDTH_NON_JOINER, fold_digits, fold_letters

SHORTEST_USERNAME = 3  # characters
LONGEST_USERNAME = 64
_PERSIAN_LETTERS = "آأؤإئءابتثجحخدذرزسشصضطظعغفقلمنهوپچژکگیةۀ"


def fold_username(text: str) -> str:
    """Return the one spelling of a username: «۹۸۱۲» is 9812, SARA is sara, ي is ی.

    Compatibility forms are folded (NFKC) and invisible characters removed, so that names that look
    the same are the same.
    """
    folded = fold_letters(fold_digits(unicodedata.normalize("NFKC", text)))
    return folded.replace(ZERO_WIDTH_NON_JOINER, "").strip().lower()


def _one_alphabet(letters: str) -> str:
    return rf"[{letters}0-9](?:[{letters}0-9._-]*[{letters}0-9])?"


username_validators: list[Callable[[str], None]] = [
    # Here and not in a form, where invisible characters would still be counted.
    MinLengthValidator(SHORTEST_USERNAME),
    MaxLengthValidator(LONGEST_USERNAME, _("A username has at most %(limit_value)d characters.")),
    # Latin or Persian letters, not both: mixed alphabets allow imitated names (Cyrillic «а»).
    RegexValidator(
        rf"^(?:{_one_alphabet('a-z')}|{_one_alphabet(_PERSIAN_LETTERS)})\Z",
        _(
            "A username is made of Latin or Persian letters, digits and . _ - "
            "and begins and ends with a letter or digit."
        ),
    ),
]
