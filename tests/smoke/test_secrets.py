"""Secrets: a missing or published one prevents the start, with a message that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.smoke.engine import run
from tests.smoke.stack import Stack
from tests.test_env_example import SECRETS

PUBLISHED = "demo-token-shaparak-2025"


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_compose_refuses_a_missing_secret(stack: Stack, tmp_path: Path, name: str) -> None:
    complete = Path(stack.environment["COMPOSE_ENV_FILES"]).read_text(encoding="utf-8")
    lines = [line for line in complete.splitlines() if not line.startswith(f"{name}=")]
    incomplete = tmp_path / "env"
    incomplete.write_text("\n".join(lines), encoding="utf-8")
    environment = stack.environment | {"COMPOSE_ENV_FILES": str(incomplete)}

    refused = run(["docker", "compose", "up", "--detach"], environment=environment)

    assert refused.returncode != 0
    assert name in refused.stderr
    assert "make env" in refused.stderr


@pytest.mark.parametrize("service", ["portal", "worker", "jupyterhub"])
def test_part_refuses_the_published_token(stack: Stack, service: str) -> None:
    published = f"JUPYTERHUB_API_TOKEN={PUBLISHED}"
    command = ["docker", "compose", "run", "--rm", "--no-deps", "--env", published, service]

    refused = run(command, environment=stack.environment)

    assert refused.returncode != 0
    assert "JUPYTERHUB_API_TOKEN is a published" in refused.stdout + refused.stderr


@pytest.mark.parametrize("service", ["portal", "jupyterhub"])
def test_part_reads_a_secret_from_a_file(stack: Stack, tmp_path: Path, service: str) -> None:
    """As Docker passes secrets. The refusal shows that the file was read."""
    secret = tmp_path / "token"
    secret.write_text(f"{PUBLISHED}\n", encoding="ascii")
    command = ["docker", "compose", "run", "--rm", "--no-deps"]
    command += ["--volume", f"{secret}:/run/secrets/JUPYTERHUB_API_TOKEN:ro"]
    command += ["--env", "JUPYTERHUB_API_TOKEN="]
    command += ["--env", "JUPYTERHUB_API_TOKEN_FILE=/run/secrets/JUPYTERHUB_API_TOKEN"]

    refused = run([*command, service], environment=stack.environment)

    assert refused.returncode != 0
    assert "JUPYTERHUB_API_TOKEN is a published" in refused.stdout + refused.stderr
