"""Unavailable broker, with Celery's real transports and no patched call."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import current_app

from portal.database_settings import broker_options

# A closed port; and a folder below a file, which cannot exist.
REDIS_IS_DOWN: dict[str, Any] = {
    "broker_url": "redis://127.0.0.1:1/0",
    "broker_transport_options": broker_options("redis://127.0.0.1:1/0", Path()),
}
DISK_IS_GONE: dict[str, Any] = {
    "broker_url": "filesystem://",
    "broker_transport_options": {
        "data_folder_in": "/dev/null/messages",
        "data_folder_out": "/dev/null/messages",
        "control_folder": "/dev/null/control",
    },
}


@contextmanager
def broken_broker(settings: dict[str, Any] | None = None) -> Iterator[None]:
    """Send all tasks in the context to a broker that refuses them."""
    with _broker(**(settings or REDIS_IS_DOWN)):
        yield


@contextmanager
def _broker(**settings: Any) -> Iterator[None]:
    conf = current_app.conf
    before = {name: conf[name] for name in settings}
    conf.update(settings)
    _close_connections()
    try:
        yield
    finally:
        conf.update(before)
        _close_connections()


def _close_connections() -> None:
    app: Any = current_app  # its pools have no public method to be emptied
    app._pool = app.amqp._producer_pool = None
