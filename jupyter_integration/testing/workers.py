"""Workers of a test: record the tasks that are sent, and run them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from celery import current_app
from celery.signals import after_task_publish


class Workers:
    """Records the tasks that reach the broker, and runs them in `work_off`.

    `commit` is a context at whose end on_commit callbacks run, also within a test's transaction.
    """

    def __init__(self, commit: Callable[[], AbstractContextManager[object]]) -> None:
        self.sent: list[tuple[str, tuple[Any, ...]]] = []
        self._commit = commit

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Record every task that is sent in the context."""
        after_task_publish.connect(self._record)
        try:
            yield
        finally:
            after_task_publish.disconnect(self._record)

    @contextmanager
    def committing(self) -> Iterator[None]:
        """Commit at the end of the context."""
        with self._commit():
            yield

    def count(self, name: str) -> int:
        """Return how many tasks of this name were sent and have not run yet."""
        return sum(sent == name for sent, _arguments in self.sent)

    def forget(self) -> None:
        """Lose all tasks, as a restarted broker without a disk does."""
        self.sent.clear()

    def work_off(self) -> None:
        """Run the tasks, and the tasks that they send."""
        while self.sent:
            name, arguments = self.sent.pop(0)
            with self._commit():
                current_app.tasks[name](*arguments)

    def _record(self, sender: str, body: tuple[Any, ...], **_kwargs: object) -> None:
        self.sent.append((sender, tuple(body[0])))
