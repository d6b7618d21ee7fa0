"""`manage.py test` runs pytest."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal import test_runner

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Arguments of the calls to pytest, which does not run."""
    recorded: list[list[str]] = []

    def record(arguments: list[str]) -> int:
        recorded.append(arguments)
        return 0

    monkeypatch.setattr(test_runner.pytest, "main", record)
    monkeypatch.chdir(REPOSITORY)
    return recorded


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ([], []),
        (["accounts", "portal.tests"], ["accounts", "portal/tests"]),
        (["portal.tests.test_hosts"], ["portal/tests/test_hosts.py"]),
        (
            ["portal.tests.test_enqueue.TestEnqueueOnCommit.test_x"],
            ["portal/tests/test_enqueue.py::TestEnqueueOnCommit::test_x"],
        ),
        (["portal/tests/test_hosts.py::test_x"], ["portal/tests/test_hosts.py::test_x"]),
        (["--failfast"], ["--exitfirst"]),
        (["--keepdb"], ["--reuse-db"]),
        (["--pdb"], ["--pdb"]),
        (["--parallel", "2"], ["--numprocesses=2"]),
        (["-k", "login", "-k", "logout"], ["-k", "login or logout"]),
        (["-m", "not browser"], ["-m", "not browser"]),
    ],
)
def test_django_options_become_pytest_options(
    calls: list[list[str]], options: list[str], arguments: list[str]
) -> None:
    call_command("test", *options)

    assert calls == [arguments]


@pytest.mark.parametrize(("verbosity", "arguments"), [(0, ["-q"]), (3, ["-vv"])])
def test_verbosity_is_passed_to_pytest(
    calls: list[list[str]], verbosity: int, arguments: list[str]
) -> None:
    call_command("test", verbosity=verbosity)

    assert calls == [arguments]


def test_unsupported_option_is_refused(calls: list[list[str]]) -> None:
    with pytest.raises(CommandError, match="-m"):
        call_command("test", "--tag", "slow")
    assert calls == []


def manage_test(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    return subprocess.run(
        [sys.executable, "manage.py", "test", *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_command_runs_selected_tests() -> None:
    ran = manage_test("portal.tests.test_people", "-k", "escaped")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


def test_command_fails_when_no_test_ran() -> None:
    assert manage_test("portal.tests.no_such_module").returncode != 0
