"""What people type in Persian, folded to the one spelling that we store, compare and search."""

import re
import unicodedata

ZERO_WIDTH_NON_JOINER = "\u200c"

PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"  # what an Arabic keyboard gives; they look the same in print
LATIN_DIGITS = "0123456789"

_TO_LATIN_DIGITS = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, LATIN_DIGITS * 2)
_TO_PERSIAN_DIGITS = str.maketrans(LATIN_DIGITS + ARABIC_DIGITS, PERSIAN_DIGITS * 2)

# Arabic keyboards write ya and kaf with code points of their own. A Persian reader sees no
# difference, a database does.
_TO_PERSIAN_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})

# Marks that show nothing and come along with copied text: direction marks and isolates, the
# zero-width space and joiner, the word joiner, the byte order mark, and the soft hyphen.
_INVISIBLE_MARKS = dict.fromkeys(
    map(
        ord,
        "\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad",
    )
)

# A non-joiner says something only between two letters, and says it once.
_REPEATED_NON_JOINER = re.compile(r"\u200c{2,}")
_IDLE_NON_JOINER = re.compile(r"(?<!\w)\u200c|\u200c(?!\w)")


def fold_digits(text: str) -> str:
    """Persian and Arabic digits as 0–9; everything else as it was."""
    return text.translate(_TO_LATIN_DIGITS)


def persian_digits(text: str) -> str:
    """0–9 and Arabic digits as ۰–۹; everything else as it was."""
    return text.translate(_TO_PERSIAN_DIGITS)


def fold_letters(text: str) -> str:
    """The text with Persian ی and ک, composed (NFC), without invisible marks.

    A zero-width non-joiner stays where it separates two letters («می‌شود») and goes where it
    separates nothing: at an end, beside a space, or a second time.
    """
    composed = unicodedata.normalize("NFC", text.translate(_INVISIBLE_MARKS))
    persian = composed.translate(_TO_PERSIAN_LETTERS)
    return _IDLE_NON_JOINER.sub("", _REPEATED_NON_JOINER.sub(ZERO_WIDTH_NON_JOINER, persian))


def search_key(text: str) -> str:
    """The text as search compares it: folded, without non-joiners and case, single spaces."""
    folded = fold_digits(fold_letters(text)).replace(ZERO_WIDTH_NON_JOINER, "")
    return " ".join(folded.casefold().split())
