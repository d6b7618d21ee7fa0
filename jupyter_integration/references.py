"""Reference codes, S17 of a start or H4 of a help request, as people type them."""

import re

from portal.persian.text import search_key

_KEYS = {"S": "sس", "H": "hاه"}
"""Characters of each letter: its key on a Latin and a Persian keyboard, and «ه» by its sound."""

_LARGEST = 2**63 - 1  # the largest number that a column holds


def number_of(text: str, letter: str) -> int | None:
    """Return the number of the reference `text`; None if it is no reference.

    Case, script, spaces and hyphens do not matter, and the letter may be missing: "s17", "S 17",
    "س۱۷" and "17" are S17.
    """
    joined = re.sub(r"[\s\-‐–]", "", search_key(text))
    match = re.fullmatch(rf"[{_KEYS[letter]}]?([0-9]{{1,19}})", joined)
    number = int(match[1]) if match else None
    return number if number is not None and number <= _LARGEST else None
