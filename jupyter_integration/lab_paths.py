"""Which addresses inside the Hub a `next` may lead to: the user's own server, nothing else."""

from urllib.parse import quote, unquote, urlsplit


def own_lab_path(hub_username: str, text: str) -> str:
    """Return `text` if it is an address in that user's server, else "".

    The Hub's own check of `next` lets /hub/logout and other users' servers pass. Refused are
    other hosts, backslashes, control characters and dots that climb, percent-encoded ones too.
    """
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or not parts.path.startswith(f"/user/{quote(hub_username)}/"):
        return ""
    plain = text
    for _round in range(3):  # a proxy may decode once, a server again
        if "\\" in plain or not plain.isprintable():
            return ""
        if ".." in urlsplit(plain).path.split("/") or "//" in urlsplit(plain).path:
            return ""
        plain = unquote(plain)
    return text


def default_lab_path(hub_username: str) -> str:
    """Return where "open" leads without a `next`: the Lab."""
    return f"/user/{quote(hub_username)}/lab"
