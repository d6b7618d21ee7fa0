"""Two processes share the tests (`pytest -n 2`, as `make test` does): what each takes at a time.

A process takes a whole file, since fixtures of a module are made once a process. What starts a
whole copy of the portal, or a real Hub, is one piece of work, so that it is started once. These
take longest and mostly wait: they come first.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# The tests of each line stay together. Any other file is a piece of work by itself, and comes last.
STAY_TOGETHER = (
    ("tests/system/", "tests/browser/test_main_job.py", "tests/browser/test_a_part_dies.py"),
    ("tests/contract/",),
    ("tests/browser/",),
    ("tests/faults/test_start.py",),
)


def piece_of_work(nodeid: str) -> str:
    """The name of what is to be done by one process."""
    for paths in STAY_TOGETHER:
        if nodeid.startswith(paths):
            return " ".join(paths)
    return nodeid.split("::", 1)[0]


def _turn(nodeid: str) -> int:
    turns = (turn for turn, paths in enumerate(STAY_TOGETHER) if nodeid.startswith(paths))
    return next(turns, len(STAY_TOGETHER))


class ByPieceOfWork(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return piece_of_work(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByPieceOfWork:
    config.option.loadscopereorder = False  # the order is that of the collection, here below
    return ByPieceOfWork(config, log)


@pytest.hookimpl(trylast=True)  # after pytest-django, which sorts by database
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(item.nodeid))
