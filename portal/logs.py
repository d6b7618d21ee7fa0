"""Log lines carry UTC, like everything that is stored, and the reference of what they are about."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_reference: ContextVar[str] = ContextVar("reference", default="")


@contextmanager
def about(reference: str) -> Iterator[None]:
    """Have every line that this thread logs within begin with `reference`, as "S17: …".

    Code that knows nothing of starts logs on their behalf: the client of the Hub.
    """
    before = _reference.set(reference)
    try:
        yield
    finally:
        _reference.reset(before)


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:
        reference = _reference.get()
        if reference and not record.message.startswith(f"{reference}:"):
            record.message = f"{reference}: {record.message}"
        return super().formatMessage(record)
