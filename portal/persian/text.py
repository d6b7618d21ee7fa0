"""Persian text: one spelling for what is stored, compared and searched, and its direction."""

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

# One letter on two keyboards. Unicode composes "ۀ" of another h, so NFC keeps the two apart.
_HEH_WITH_HAMZA = ("ه\u0654", "ۀ")

# What search ignores beside that: hamza and madda («مومنی» finds «مؤمنی»), vowel signs, the
# stretching of letters, and h of other keyboards. An empty text removes the character.
_SEARCH_LETTERS = {
    "اآأإٱ": "ا",
    "وؤ": "و",
    "یئيىې": "ی",
    "کك": "ک",
    "هۀةہۂھە": "ه",
    "ء\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0653\u0654\u0655\u0670\u200c": "",
}
SEARCH_FOLDS: dict[str, str] = {
    letter: folded
    for letters, folded in _SEARCH_LETTERS.items()
    for letter in letters
    if letter != folded
} | dict(zip(PERSIAN_DIGITS + ARABIC_DIGITS, LATIN_DIGITS * 2, strict=True))
"""What search_key puts for a character; portal/persian/search.py does the same to columns."""

_TO_SEARCH_LETTERS = str.maketrans(SEARCH_FOLDS)

# Marks that show nothing and come with copied text: direction marks and isolates, the zero-width
# space and joiner, the word joiner, the byte order mark, and the soft hyphen.
_INVISIBLE_MARKS = dict.fromkeys(
    map(
        ord,
        "\u200b\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad",
    )
)

# A non-joiner has a meaning only between two letters, and only once.
_REPEATED_NON_JOINER = re.compile(r"\u200c{2,}")
_USELESS_NON_JOINER = re.compile(r"(?<!\w)\u200c|\u200c(?!\w)")


# Inside an isolate they would end it, or begin one that nothing ends.
_NOT_ISOLATES = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = frozenset({"Cc", "Cf", "Cs"})  # control, format (as bidi overrides), lone surrogates


def fold_digits(text: str) -> str:
    """Return the text with 0–9 for Persian and Arabic digits."""
    return text.translate(_TO_LATIN_DIGITS)


def persian_digits(text: str) -> str:
    """Return the text with ۰–۹ for Latin and Arabic digits."""
    return text.translate(_TO_PERSIAN_DIGITS)


def fold_letters(text: str) -> str:
    """Return the text with Persian ی, ک and ۀ, composed (NFC), without invisible marks.

    A zero-width non-joiner stays between two letters («می‌شود»). It is removed at an end, beside a
    space, and when it is repeated.
    """
    composed = unicodedata.normalize("NFC", text.translate(_INVISIBLE_MARKS))
    persian = composed.translate(_TO_PERSIAN_LETTERS).replace(*_HEH_WITH_HAMZA)
    return _USELESS_NON_JOINER.sub("", _REPEATED_NON_JOINER.sub(ZERO_WIDTH_NON_JOINER, persian))


def fold_name(text: str) -> str:
    """Return a person's name as one line, without characters that control or turn the line.

    A name stands in mails, logs and lists: a line end in it would begin a line of its own there.
    """
    line = " ".join(fold_letters(text).split())
    kept = (
        c for c in line if c == ZERO_WIDTH_NON_JOINER or unicodedata.category(c) not in _CONTROL
    )
    return "".join(kept).strip()


def search_key(text: str) -> str:
    """Return the text as search compares it: SEARCH_FOLDS, lower case, single spaces.

    For search alone: «مومنی» and «مؤمنی» are one name here, and two usernames.
    """
    folded = fold_letters(text).translate(_TO_SEARCH_LETTERS)
    return " ".join(folded.casefold().split())


def ltr(value: object) -> str:
    """Return a name, link or code that keeps its direction in plain text, where `<bdi>` cannot be.

    For values of Latin letters; `isolated` is for those of any script.
    """
    return f"\u2066{_NOT_ISOLATES.sub('', str(value))}\u2069" if value else ""


def isolated(value: object) -> str:
    """Return a name of any script that does not change the direction of the plain text around."""
    return f"\u2068{_NOT_ISOLATES.sub('', str(value))}\u2069" if value else ""
