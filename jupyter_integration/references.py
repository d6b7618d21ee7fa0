"""Reference codes, S17 of a start or H4 of a request for help, as people write and say them."""

import re

from portal.persian.text import search_key

_KEYS = {"S": "sس", "H": "hاه"}
"""What each letter's key gives, on a Latin and on a Persian keyboard; and «ه», as it sounds."""

_LARGEST = 2**63 - 1  # that a column of the database takes


def number_of(text: str, letter: str) -> int | None:
    """Return the number of the reference that `text` is; None when it is none.

    Letter, digits and case are as on whatever keyboard; spaces and hyphens do not count, nor does
    a missing letter: "s17", "S 17", "س۱۷" and "17" are S17.
    """
    joined = re.sub(r"[\s\-‐–]", "", search_key(text))
    found = re.fullmatch(rf"[{_KEYS[letter]}]?([0-9]{{1,19}})", joined)
    number = int(found[1]) if found else None
    return number if number is not None and number <= _LARGEST else None
