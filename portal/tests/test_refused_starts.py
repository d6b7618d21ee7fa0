"""Starts with bad settings: no command, web server or Celery process gets past the checks."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bad_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment of a real host with many mistakes."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SHAPARAK_VAR": str(tmp_path_factory.mktemp("var")),
        "SECRET_KEY": "tests-only-" + "x" * 50,
        "JUPYTERHUB_API_TOKEN": "demo-token-shaparak-2025",
        "OIDC_CLIENT_SECRET": "tests-only-client-secret",
        "OIDC_PRIVATE_KEY": settings.OIDC_PRIVATE_KEY,
        "PORTAL_URL": "http://portal.example.ir",
        "HUB_URL": "http://portal.example.ir:8000",
        "DEBUG": "true",
    }


SCHEDULE = "<file of beat>"
COMMANDS = {
    "a command": ["manage.py", "migrate"],
    "gunicorn": ["-m", "gunicorn", "portal.wsgi", "--check-config"],
    "a worker": ["-m", "celery", "-A", "portal", "worker", "--pool=solo"],
    "beat": ["-m", "celery", "-A", "portal", "beat", "--schedule", SCHEDULE],
}


@pytest.fixture(scope="module")
def refusals(
    bad_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, subprocess.CompletedProcess[str]]:
    schedule = str(tmp_path_factory.mktemp("beat") / "schedule")

    def start(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *(schedule if part == SCHEDULE else part for part in arguments)],
            cwd=REPOSITORY,
            env=bad_environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    with ThreadPoolExecutor() as pool:
        return dict(zip(COMMANDS, pool.map(start, COMMANDS.values()), strict=True))


@pytest.mark.parametrize("part", COMMANDS)
def test_part_with_bad_settings_logs_errors_and_exits(
    refusals: dict[str, subprocess.CompletedProcess[str]], part: str
) -> None:
    refused = refusals[part]

    assert refused.returncode != 0
    for error in ("E001", "E011", "E021", "E022", "E023", "E024"):
        assert f"shaparak.{error}" in refused.stderr, refused.stderr[-2000:]
    assert "demo-token" not in refused.stderr


def test_secret_file_may_end_in_line_end(bad_environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "token").write_text("token-from-a-file\n")
    environment = bad_environment | {"JUPYTERHUB_API_TOKEN_FILE": str(tmp_path / "token")}

    read = subprocess.run(
        [
            sys.executable,
            "-c",
            "from portal import settings; print(repr(settings.JUPYTERHUB_API_TOKEN))",
        ],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert read.stdout.strip() == "'token-from-a-file'"
