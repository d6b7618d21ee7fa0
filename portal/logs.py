"""Log format: lines carry UTC, as all stored data does, and the reference of their subject."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_reference: ContextVar[str] = ContextVar("reference", default="")


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


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:
        reference = _reference.get()
        if reference and not record.message.startswith(f"{reference}:"):
            record.message = f"{reference}: {record.message}"
        return super().formatMessage(record)


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
