"""Database columns as search compares them: «مومنی ۲» finds «مؤمنی 2», and the reverse."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import Func, TextField, Value
from django.dispatch import receiver

from portal.persian.text import SEARCH_FOLDS

# PostgreSQL's translate() removes the characters of `from` for which `to` has none left.
_REPLACED = [letter for letter, folded in SEARCH_FOLDS.items() if folded]
_REMOVED = [letter for letter, folded in SEARCH_FOLDS.items() if not folded]


class SearchForm(Func):
    """A column of text with SEARCH_FOLDS applied; `search_key` does the same to the search term."""

    function = "TRANSLATE"
    output_field = TextField()

    def __init__(self, column: str) -> None:
        replacements = "".join(SEARCH_FOLDS[letter] for letter in _REPLACED)
        super().__init__(column, Value("".join(_REPLACED + _REMOVED)), Value(replacements))


@receiver(connection_created)
def add_translate(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    """Give SQLite PostgreSQL's translate(). Nested REPLACEs would overflow its parser."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("TRANSLATE", 3, _translate, deterministic=True)


def _translate(text: str | None, letters: str, replacements: str) -> str | None:
    if text is None:
        return None
    removed = letters[len(replacements) :]
    return text.translate(str.maketrans(letters[: len(replacements)], replacements, removed))
