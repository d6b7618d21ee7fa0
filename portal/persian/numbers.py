"""Numbers as a reader of the active language writes them: ۱٬۲۳۴ in Persian, 1,234 in English."""

import re
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from portal.persian.text import persian_digits

# HTML tags, entities and isolated names keep their own digits inside a text.
_NOT_PROSE = re.compile(r"(<[^>]*>|&#?\w+;|[\u2066\u2068][^\u2069]*\u2069)")
_LATIN_LETTER = re.compile(r"[A-Za-z]")
_PERSIAN_LETTER = re.compile(r"[\u0621-\u06cc]")
_PERSIAN_SEPARATORS = str.maketrans(",.", "٬٫")


def is_persian() -> bool:
    """Return whether the active language is Persian."""
    return (get_language() or "").partition("-")[0] == "fa"


def digits(value: object) -> str:
    """Return the text with ۰–۹ for readers of Persian; for prose, not for names, links or code.

    A text without a Persian letter, such as the Hub's messages, keeps its digits.
    """
    text = str(value)
    if not is_persian() or (_LATIN_LETTER.search(text) and not _PERSIAN_LETTER.search(text)):
        return text
    parts = _NOT_PROSE.split(text)
    parts[::2] = [persian_digits(prose) for prose in parts[::2]]
    shown = "".join(parts)
    return mark_safe(shown) if isinstance(value, SafeString) else shown  # noqa: S308 (it was safe)


def number(value: float | Decimal | None) -> str:
    """Return a number with its thousands grouped: ۱٬۲۳۴٫۵ in Persian, 1,234.5 in English."""
    if value is None:
        return ""
    grouped = f"{value:,}"
    return persian_digits(grouped.translate(_PERSIAN_SEPARATORS)) if is_persian() else grouped


def percent(value: int | None) -> str:
    """Return ۴۲٪ in Persian, 42% in English."""
    if value is None:
        return ""
    return f"{persian_digits(str(value))}٪" if is_persian() else f"{value}%"
