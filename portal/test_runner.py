"""Test runner of `manage.py test`: it runs pytest."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.test.runner import DiscoverRunner


class PytestRunner(DiscoverRunner):
    """Pass Django's labels and the most common options to pytest.

    For example `manage.py test accounts -k login --failfast --keepdb`. For all other options of
    pytest, call pytest itself.
    """

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("-m", dest="markers", help="pytest's -m: run by marker")

    def __init__(self, *, markers: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.markers = markers

    def run_tests(self, test_labels: Sequence[str], **_kwargs: object) -> int:
        if self.tags or self.exclude_tags:
            raise CommandError("Tests have no tags here. Select by marker: -m 'not browser'.")
        arguments = [f"-{'v' * (self.verbosity - 1)}"] if self.verbosity > 1 else []
        if self.verbosity == 0:
            arguments.append("-q")
        if self.failfast:
            arguments.append("--exitfirst")
        if self.keepdb:
            arguments.append("--reuse-db")
        if self.pdb:
            arguments.append("--pdb")
        if self.parallel:
            arguments.append(f"--numprocesses={self.parallel}")
        if self.markers:
            arguments += ["-m", self.markers]
        if self.test_name_patterns:
            # Django makes `login` into `*login*`.
            names = sorted(pattern.strip("*") for pattern in self.test_name_patterns)
            arguments += ["-k", " or ".join(names)]
        return int(pytest.main([*arguments, *(as_path(label) for label in test_labels)]))


def as_path(label: str) -> str:
    """Return pytest's path of a label such as `portal.tests.test_hosts.TestOne.test_this`."""
    if "/" in label or label.endswith(".py"):
        return label
    parts = label.split(".")
    for length in range(len(parts), 0, -1):
        module = "/".join(parts[:length])
        if Path(f"{module}.py").exists():
            return "::".join([f"{module}.py", *parts[length:]])
    return "/".join(parts)
