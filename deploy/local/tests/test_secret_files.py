"""Secret files: created once, whole, and readable for their owner alone."""

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.local import secret_files
from deploy.secret_generation import APPLICATION_SECRETS


def create(folder: Path) -> dict[str, str]:
    return {name: file.read_text() for name, file in secret_files.create_missing(folder).items()}


def test_every_secret_is_readable_for_its_owner_alone(tmp_path: Path) -> None:
    secrets = create(tmp_path)
    assert set(secrets) == set(APPLICATION_SECRETS)
    assert len(set(secrets.values())) == len(secrets)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert (stat.S_IMODE(tmp_path.stat().st_mode), modes) == (0o700, {0o600})


def test_only_a_missing_secret_is_generated(tmp_path: Path) -> None:
    before = create(tmp_path)
    (tmp_path / "WEBHOOK_SECRET").unlink()
    after = create(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {"WEBHOOK_SECRET"}
    assert after["WEBHOOK_SECRET"]


def test_killed_run_leaves_no_half_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(secret_files.os, "fsync", die)
    with pytest.raises(KeyboardInterrupt):
        secret_files.create_missing(tmp_path)
    assert not any((tmp_path / name).exists() for name in APPLICATION_SECRETS)


def test_secrets_have_the_forms_that_programs_need(tmp_path: Path) -> None:
    secrets = create(tmp_path)
    assert len(bytes.fromhex(secrets["JUPYTERHUB_CRYPT_KEY"])) == 32
    assert secrets["WEBHOOK_SECRET"].startswith("whsec_")
    assert len(base64.b64decode(secrets["WEBHOOK_SECRET"].removeprefix("whsec_"))) == 32
    key = load_pem_private_key(secrets["OIDC_PRIVATE_KEY"].encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size >= 2048
