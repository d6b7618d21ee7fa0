"""`make pin`: digests of the base images in .env. A stand-in for `docker` knows the digests."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.test_env_example import EXAMPLE, ROOT, settings_in

DIGEST = f"sha256:{'ab' * 32}"
DOCKER = f"""#!/bin/sh
[ "$1" = pull ] && exit 0
case $5 in
*no-digest*) ;;
*) echo "${{5%%:*}}@{DIGEST}" ;;
esac
"""


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / "env"
    path.write_text(EXAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    path.chmod(0o600)
    return path


def pin(env_file: Path) -> subprocess.CompletedProcess[str]:
    docker = env_file.parent / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    return subprocess.run(
        [ROOT / "scripts" / "pin", env_file],
        env={"PATH": f"{env_file.parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_base_image_gets_its_digest(env_file: Path) -> None:
    for _ in range(2):  # again, as for newer images
        done = pin(env_file)

        assert done.returncode == 0, done.stderr
        found = settings_in(env_file)
        pinned = {name: value for name, value in found.items() if name.endswith("_IMAGE")}
        assert pinned == {
            "PYTHON_IMAGE": f"python:3.12-slim@{DIGEST}",
            "NODE_IMAGE": f"node:24-slim@{DIGEST}",
            "POSTGRES_IMAGE": f"postgres:17@{DIGEST}",
            "REDIS_IMAGE": f"redis:7-alpine@{DIGEST}",
            "CADDY_IMAGE": f"caddy:2@{DIGEST}",
        }
        assert "SECRET_KEY" in found
        assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_image_without_digest_changes_nothing(env_file: Path) -> None:
    env_file.write_text(env_file.read_text().replace("# IMAGE_PREFIX=", "IMAGE_PREFIX=no-digest/"))
    before = env_file.read_text()

    assert pin(env_file).returncode == 1
    assert env_file.read_text() == before


def test_every_published_image_can_be_pinned() -> None:
    files = [ROOT / "docker-compose.yml", ROOT / "Dockerfile", *ROOT.glob("*/**/Dockerfile*")]
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip().startswith(("FROM ", "image: ${IMAGE_PREFIX")):
                assert "_IMAGE" in line, (file, line)
