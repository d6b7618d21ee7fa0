"""Distribution of the tests over two processes (`pytest -n 2`, as in `make test`).

A process runs whole files, since a module's fixtures are created once a process. Files that use the
same copy of the portal, or a real Hub, form one group, so that it is started once. These groups run
longest and mostly wait, so they come first.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# One group a line. Every other file is a group of its own and comes last.
GROUPS = (
    ("tests/system/", "tests/browser/test_main_job.py", "tests/browser/test_killed_part.py"),
    ("tests/contract/",),
    ("tests/browser/",),
    ("tests/faults/test_start.py",),
)


def group_of(nodeid: str) -> str:
    """Return the name of the test's group, which one process runs."""
    for paths in GROUPS:
        if nodeid.startswith(paths):
            return " ".join(paths)
    return nodeid.split("::", 1)[0]


def _order(nodeid: str) -> int:
    found = (order for order, paths in enumerate(GROUPS) if nodeid.startswith(paths))
    return next(found, len(GROUPS))


class GroupScheduling(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> GroupScheduling:
    config.option.loadscopereorder = False  # keep the order of the collection, set below
    return GroupScheduling(config, log)


@pytest.hookimpl(trylast=True)  # after pytest-django, which sorts by database
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _order(item.nodeid))
