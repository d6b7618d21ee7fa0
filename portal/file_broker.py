"""A broker made of files, for one machine without Redis: kombu's, with files that are whole.

kombu opens a message's file where readers look for it, and writes into it afterwards. Whoever reads
in between finds nothing in it, and a Celery worker ends over that. A class that starts together
makes it happen within minutes.
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
"""A broker's address begins with it once `register` was called."""


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **_options: object) -> None:  # type: ignore[override]
        """Make the message visible to readers only once it is complete."""
        folder = Path(self.data_folder_out)
        unique = f"{monotonic_ns() // 1_000_000}_{uuid4()}"  # readers take them in this order
        unfinished = folder / f"{unique}.unfinished"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.replace(folder / f"{unique}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"The message cannot be kept in {folder}") from error

    def get_table(self, exchange: str) -> Any:
        with self._exchanges_to_itself():
            return super().get_table(exchange)

    def _queue_bind(self, *binding: Any) -> None:
        with self._exchanges_to_itself():
            super()._queue_bind(*binding)

    @contextmanager
    def _exchanges_to_itself(self) -> Iterator[None]:
        """kombu locks a file that it has emptied already, which is as bad for its readers."""
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
    """Make addresses that begin with SCHEME known to kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:{Transport.__name__}"
