"""Log format: lines carry UTC, as all stored data does, and the reference of their subject."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from portal.persian.text import ZERO_WIDTH_NON_JOINER

LONGEST_LINE = 4000  # characters of one message
LONGEST_TRACEBACK = 20_000

# The part of an address that opens an account: of a reset link, of an email's confirmation.
_KEY_IN_PATH = re.compile(r"(/reset/key/|/confirm-email/)[^/\s?]+")
_QUERY = re.compile(r"\?\S*")

_reference: ContextVar[str] = ContextVar("reference", default="")


def escape_line(text: str, *, longest: int) -> str:
    """Return text that stays on one line of a log: cut, and without control characters.

    Line ends would begin a forged line; terminals obey escape sequences; invisible marks of
    direction let a reader see another order.
    """
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    if cut.isprintable():
        return cut
    return "".join(
        character
        if character.isprintable() or character == ZERO_WIDTH_NON_JOINER
        else character.encode("unicode_escape").decode()
        for character in cut
    )


@contextmanager
def log_context(reference: str) -> Iterator[None]:
    """Begin each line that this thread logs inside with `reference`, as in "S17: …".

    For code that logs on behalf of a start without knowing of it, such as the Hub's client.
    """
    before = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(before)


def hide_keys(text: str) -> str:
    """Return the text with "…" in place of keys in paths."""
    return _KEY_IN_PATH.sub(r"\1…", text)


def hide_query(address: str) -> str:
    """Return an address, or a request's first line, without its keys and its query.

    Queries carry sign-in codes, states, and in `next` the tokens of bookmarked notebooks.
    """
    return _QUERY.sub("?…", hide_keys(address))


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:
        reference = _reference.get()
        if reference and not record.message.startswith(f"{reference}:"):
            record.message = f"{reference}: {record.message}"
        record.message = escape_line(hide_keys(record.message), longest=LONGEST_LINE)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        """Indent the traceback: no text of an exception looks like a line of its own."""
        text = super().formatException(ei)
        if len(text) > LONGEST_TRACEBACK:
            half = LONGEST_TRACEBACK // 2
            text = f"{text[:half]}\n…\n{text[-half:]}"
        return "\n".join(
            f"    {escape_line(hide_keys(line), longest=LONGEST_LINE)}"
            for line in text.splitlines()
        )


def configuration(*, level: str) -> dict[str, Any]:
    """Return Django's LOGGING: all lines of `level` and above go to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "utc": {
                "()": UtcFormatter,
                "format": "{asctime} {levelname} {name} {message}",
                "style": "{",
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "utc"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Celery logs each task, every few seconds; our tasks log what they do.
        "loggers": {
            name: {"level": "WARNING"}
            for name in ("celery.beat", "celery.app.trace", "celery.worker.strategy")
        },
    }
