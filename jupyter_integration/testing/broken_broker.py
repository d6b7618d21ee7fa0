"""A broker that is away, as Celery meets it: with the real transports, not with a patched call."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import current_app

from portal.database_settings import broker_options

# Nobody listens there; and no folder can be made below a file.
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
    """Send all tasks within to a broker that does not take them."""
    with _broker(**(settings or REDIS_IS_DOWN)):
        yield


@contextmanager
def _broker(**settings: Any) -> Iterator[None]:
    conf = current_app.conf
    before = {name: conf[name] for name in settings}
    conf.update(settings)
    _forget_connections()
    try:
        yield
    finally:
        conf.update(before)
        _forget_connections()


def _forget_connections() -> None:
    app: Any = current_app  # whose pools have no public way to be emptied
    app._pool = app.amqp._producer_pool = None
