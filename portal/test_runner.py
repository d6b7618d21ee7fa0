"""`manage.py test` runs the one suite there is: pytest's."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.test.runner import DiscoverRunner


class PytestRunner(DiscoverRunner):
    """Hands Django's labels and the commonest flags over to pytest.

    `manage.py test accounts -k login --failfast --keepdb` works as one would expect; whatever
    else pytest can do is reached by calling pytest itself.
    """

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("-m", dest="markers", help="pytest's -m: run by marker")

    def __init__(self, *, markers: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.markers = markers

    def run_tests(self, test_labels: Sequence[str], **_kwargs: object) -> int:
        arguments = [f"-{'v' * (self.verbosity - 1)}"] if self.verbosity > 1 else []
        if self.verbosity == 0:
            arguments.append("-q")
        if self.failfast:
            arguments.append("--exitfirst")
        if self.keepdb:
            arguments.append("--reuse-db")
        if self.markers:
            arguments += ["-m", self.markers]
        for pattern in self.test_name_patterns or ():
            arguments += ["-k", pattern.strip("*")]
        return int(pytest.main([*arguments, *(as_path(label) for label in test_labels)]))


def as_path(label: str) -> str:
    """Return the path that a label names: `portal.tests.test_health` or a path already."""
    if "/" in label or label.endswith(".py"):
        return label
    path = label.replace(".", "/")
    return f"{path}.py" if Path(f"{path}.py").exists() else path
