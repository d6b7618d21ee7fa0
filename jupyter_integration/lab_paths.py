"""Which addresses inside the Hub a `next` may lead to: the user's own server, nothing else."""

import unicodedata
from urllib.parse import quote, unquote, urlsplit

LONGEST_PATH = 2000  # characters


def own_lab_path(hub_username: str, text: str) -> str:
    """Return `text` if it is an address in that user's server, else "".

    The Hub's own check of `next` lets /hub/logout and other users' servers pass. Refused are
    other hosts, backslashes, control characters and dots that climb, percent-encoded ones too.
    """
    if len(text) > LONGEST_PATH or not text.startswith(f"/user/{quote(hub_username)}/"):
        return ""
    plain = text
    for _round in range(3):  # a proxy may decode once, a server again
        # File names have joiners («می‌شود.ipynb»), so it is not enough to ask what is printable.
        if "\\" in plain or any(unicodedata.category(letter) in _FORBIDDEN for letter in plain):
            return ""
        path = urlsplit(plain).path
        if ".." in path.split("/") or "//" in path:
            return ""
        plain = unquote(plain)
    return text


_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of pairs, line ends


def default_lab_path(hub_username: str) -> str:
    """Return where "open" leads without a `next`: the Lab."""
    return f"/user/{quote(hub_username)}/lab"
