"""Secrets are made once, whole, and for their owner alone."""

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.local import secret_files


def test_every_secret_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    files = secret_files.make_missing(tmp_path / "secrets")
    assert set(files) == set(secret_files.MAKERS)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    for file in files.values():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len({file.read_text() for file in files.values()}) == len(files)


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    before = {n: f.read_text() for n, f in secret_files.make_missing(tmp_path / "s").items()}
    after = {n: f.read_text() for n, f in secret_files.make_missing(tmp_path / "s").items()}
    assert after == before


def test_secret_that_is_missing_is_made_beside_the_others(tmp_path: Path) -> None:
    files = secret_files.make_missing(tmp_path / "secrets")
    kept = files["SECRET_KEY"].read_text()
    gone = files["WEBHOOK_SECRET"].read_text()
    files["WEBHOOK_SECRET"].unlink()
    secret_files.make_missing(tmp_path / "secrets")
    assert files["SECRET_KEY"].read_text() == kept
    assert files["WEBHOOK_SECRET"].read_text() not in ("", gone)


def test_run_that_is_killed_while_writing_leaves_no_half_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(secret_files.os, "fsync", die)
    with pytest.raises(KeyboardInterrupt):
        secret_files.make_missing(tmp_path / "secrets")
    assert not any((tmp_path / "secrets" / name).exists() for name in secret_files.MAKERS)


def test_secrets_have_the_forms_that_their_readers_want(tmp_path: Path) -> None:
    secrets = {n: f.read_text() for n, f in secret_files.make_missing(tmp_path / "s").items()}
    assert len(bytes.fromhex(secrets["JUPYTERHUB_CRYPT_KEY"])) == 32
    assert secrets["WEBHOOK_SECRET"].startswith("whsec_")
    assert len(base64.b64decode(secrets["WEBHOOK_SECRET"].removeprefix("whsec_"))) == 32
    key = load_pem_private_key(secrets["OIDC_PRIVATE_KEY"].encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size >= 2048
