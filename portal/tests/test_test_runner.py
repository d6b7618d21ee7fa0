"""`manage.py test` is pytest under Django's name."""

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
    """What pytest is called with, without being called."""
    noted: list[list[str]] = []

    def note(arguments: list[str]) -> int:
        noted.append(arguments)
        return 0

    monkeypatch.setattr(test_runner.pytest, "main", note)
    monkeypatch.chdir(REPOSITORY)
    return noted


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ([], []),
        (["accounts"], ["accounts"]),
        (["accounts", "portal.tests"], ["accounts", "portal/tests"]),
        (["portal.tests.test_health"], ["portal/tests/test_health.py"]),
        (
            ["portal.tests.test_enqueue.TestEnqueueOnCommit.test_x"],
            ["portal/tests/test_enqueue.py::TestEnqueueOnCommit::test_x"],
        ),
        (["portal/tests/test_health.py::test_x"], ["portal/tests/test_health.py::test_x"]),
        (["--failfast"], ["--exitfirst"]),
        (["--keepdb"], ["--reuse-db"]),
        (["--pdb"], ["--pdb"]),
        (["--parallel", "2"], ["--numprocesses=2"]),
        (["-k", "login"], ["-k", "login"]),
        (["-k", "login", "-k", "logout"], ["-k", "login or logout"]),
        (["-m", "not browser"], ["-m", "not browser"]),
    ],
)
def test_djangos_words_become_pytests(
    calls: list[list[str]], options: list[str], arguments: list[str]
) -> None:
    call_command("test", *options)

    assert calls == [arguments]


@pytest.mark.parametrize(("verbosity", "arguments"), [(0, ["-q"]), (2, ["-v"]), (3, ["-vv"])])
def test_it_is_as_talkative_as_one_wishes(
    calls: list[list[str]], verbosity: int, arguments: list[str]
) -> None:
    call_command("test", verbosity=verbosity)

    assert calls == [arguments]


def test_a_word_that_it_does_not_understand_is_refused_and_not_ignored(
    calls: list[list[str]],
) -> None:
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


def test_the_command_itself_runs_the_tests_that_it_is_told_and_tells_how_they_went() -> None:
    ran = manage_test("jupyter_integration.tests.test_lab_paths", "-k", "without_a_path")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 passed" in ran.stdout


def test_when_nothing_ran_the_command_fails() -> None:
    assert manage_test("portal.tests.no_such_module").returncode != 0
