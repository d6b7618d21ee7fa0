"""Hub names: the rule that makes one legal, and the proposals for an account."""

import re
import secrets
from collections.abc import Iterator

from accounts.reserved_names import RESERVED_HUB_USERNAMES

LONGEST_HUB_USERNAME = 30  # characters
# \A and \Z, for Python's and PostgreSQL's regular expressions: $ would accept a line end.
HUB_USERNAME_PATTERN = rf"\A[a-z][a-z0-9-]{{0,{LONGEST_HUB_USERNAME - 1}}}\Z"
_LEGAL = re.compile(HUB_USERNAME_PATTERN)
_RANDOM_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that look alike
_NUMBERED_PROPOSALS = 5


def is_legal_hub_username(name: str) -> bool:
    """Return whether the Hub name is legal."""
    return _LEGAL.match(name) is not None


def propose_hub_usernames(username: str) -> Iterator[str]:
    """Yield legal Hub names for `username` without end, the most readable first.

    The Hub uses names in its URLs, as labels of host names and for containers and volumes:
    therefore ASCII, lower case, no dots, and none of RESERVED_HUB_USERNAMES. «علی» has no ASCII
    spelling that its owner chose, so it gets a random name.
    """
    stem = re.sub(r"[^a-z0-9]+", "-", username.lower()).strip("-")
    if stem and not stem[0].isalpha():
        stem = f"u{stem}"
    if stem and username.isascii():
        first = stem[:LONGEST_HUB_USERNAME].rstrip("-")
        if first not in RESERVED_HUB_USERNAMES:
            yield first
        for number in range(2, 2 + _NUMBERED_PROPOSALS):
            ending = f"-{number}"
            yield stem[: LONGEST_HUB_USERNAME - len(ending)].rstrip("-") + ending
        stem = stem[:12].rstrip("-")
    else:
        stem = "u"
    while True:
        yield f"{stem}-{''.join(secrets.choice(_RANDOM_LETTERS) for _ in range(8))}"
