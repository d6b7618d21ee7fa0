"""Broker of files, for one machine without Redis: kombu's transport with two repairs.

kombu creates a message's file where readers find it, and writes its content afterwards. A reader in
between finds an empty file, which ends a Celery worker; with a class this happens within minutes.
kombu also truncates its file of exchanges before it locks it (celery/kombu#1551 is open).
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "whole-files"
"""Scheme of the broker's URL, valid after `register`."""


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **_options: object) -> None:  # type: ignore[override]
        """Write the message aside and rename it, so that readers see only complete files."""
        folder = Path(self.data_folder_out)
        unique = f"{monotonic_ns() // 1_000_000}_{uuid4()}"  # readers take them in this order
        unfinished = folder / f"{unique}.unfinished"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(folder / f"{unique}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"The message cannot be written into {folder}") from error

    def get_table(self, exchange: str) -> Any:
        with self._exchanges_locked():
            return super().get_table(exchange)

    def _queue_bind(self, *binding: Any) -> None:
        with self._exchanges_locked():
            super()._queue_bind(*binding)

    @contextmanager
    def _exchanges_locked(self) -> Iterator[None]:
        """Hold a lock of our own: kombu locks its file after truncating it."""
        try:
            self.control_folder.mkdir(exist_ok=True)
            lock = (self.control_folder / "lock").open("a")
        except OSError as error:
            raise ChannelError(f"There is no folder {self.control_folder}") from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def register() -> None:
    """Register SCHEME with kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:{Transport.__name__}"
