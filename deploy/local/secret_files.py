"""The secrets of a copy: made once, each in a file that only its owner may read."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def make_missing(folder: Path) -> dict[str, Path]:
    """Every secret's file by the secret's name. Those that are there stay as they are."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    files = {name: folder / name for name in MAKERS}
    for name, file in files.items():
        if not file.exists():
            _write_new(file, MAKERS[name]())
    return files


def _hexadecimal() -> str:
    return secrets.token_hex(32)


def _webhook_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def _rsa_private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": _hexadecimal,
    "JUPYTERHUB_API_TOKEN": _hexadecimal,
    "JUPYTERHUB_CRYPT_KEY": _hexadecimal,
    "CONFIGPROXY_AUTH_TOKEN": _hexadecimal,
    "OIDC_CLIENT_SECRET": _hexadecimal,
    "OIDC_PRIVATE_KEY": _rsa_private_key,
    "WEBHOOK_SECRET": _webhook_secret,
}


def _write_new(file: Path, content: str) -> None:
    """The whole secret or none: a copy killed at this point must not start with half a key."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
