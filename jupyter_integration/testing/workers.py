"""The workers' side of a test: which tasks were sent, and doing them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from celery import current_app
from celery.signals import after_task_publish


class Workers:
    """Notes what reaches the broker, and does it when told to.

    `commit` is a context in which the transactions of a test commit, or seem to.
    """

    def __init__(self, commit: Callable[[], AbstractContextManager[object]]) -> None:
        self.sent: list[tuple[str, tuple[Any, ...]]] = []
        self._commit = commit

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note every task that is sent within."""
        after_task_publish.connect(self._note)
        try:
            yield
        finally:
            after_task_publish.disconnect(self._note)

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Have what happens within committed at the end."""
        with self._commit():
            yield

    def count(self, name: str) -> int:
        """How often a task of this name was sent and not done yet."""
        return sum(sent == name for sent, _arguments in self.sent)

    def forget(self) -> None:
        """Lose all that was sent, as a broker without a disk does when it ends."""
        self.sent.clear()

    def work_off(self) -> None:
        """Do what was sent, and what that sends in turn."""
        while self.sent:
            name, arguments = self.sent.pop(0)
            with self._commit():
                current_app.tasks[name](*arguments)

    def _note(self, sender: str, body: tuple[Any, ...], **_kwargs: object) -> None:
        self.sent.append((sender, tuple(body[0])))
