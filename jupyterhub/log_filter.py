"""Log of the Hub without keys: tornado writes the whole address of a request that failed."""

from __future__ import annotations

import logging
import re
from typing import Any

LONGEST_LINE = 4000  # characters of one message

# Sign-in codes, tokens, proofs of sign-outs, and in `next` the tokens of bookmarked notebooks.
_KEY = re.compile(r"([?&](?:code|state|token|next|portal|_xsrf|key)=)[^&\s]+")


class HideKeys(logging.Filter):
    """Put "…" in place of keys, and indent what follows a message's first line."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = _KEY.sub(r"\1…", record.getMessage())[:LONGEST_LINE]
        record.msg = "\n    ".join(map(_escaped, message.split("\n")))
        record.args = ()
        return True


def hide_keys(c: Any) -> None:
    """Configure the Hub's log; traitlets adds this to its own configuration of the handler."""
    c.JupyterHub.logging_config = {
        "filters": {"keys": {"()": "log_filter.HideKeys"}},
        "handlers": {"console": {"filters": ["keys"]}},
    }


def _escaped(line: str) -> str:
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in line
    )
