"""Addresses that a `next` may lead to: the user's own server, and nothing else of the Hub."""

import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit

LONGEST_PATH = 2000  # characters


def own_lab_path(hub_username: str, text: str) -> str:
    """Return `text` if it is an address in that user's server, else "".

    The Hub's own check of `next` accepts /hub/logout and other users' servers. Other hosts,
    backslashes, control characters and `..` are refused, also percent-encoded.
    """
    if len(text) > LONGEST_PATH or not text.startswith(f"/user/{quote(hub_username)}/"):
        return ""
    plain = text
    for _round in range(3):  # a proxy may decode once, and a server again
        # `isprintable` is no help: Persian file names contain joiners («می‌شود.ipynb»).
        if "\\" in plain or any(unicodedata.category(letter) in _FORBIDDEN for letter in plain):
            return ""
        path = urlsplit(plain).path
        if ".." in path.split("/") or "//" in path:
            return ""
        plain = unquote(plain)
    return text


def is_of_another(hub_username: str, text: str) -> bool:
    """Return whether `text`, which may be any text, names another user's server."""
    found = re.match(r"/user/([^/?#]+)", text)
    return found is not None and unquote(found[1]) != hub_username


_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, surrogates, line ends


def default_lab_path(hub_username: str) -> str:
    """Return the address that "open" leads to without a `next`: the Lab."""
    return f"/user/{quote(hub_username)}/lab"
