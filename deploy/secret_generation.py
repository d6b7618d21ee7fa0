"""Secrets of an installation: their names, and the function that generates each.

`make env` (scripts/env) and `make up` (deploy/local/secret_files.py) both use this list. `make env`
runs on a bare python3, so only Python's own library is required here.
"""

from __future__ import annotations

import base64
import secrets
import shutil
import subprocess
from collections.abc import Callable

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
except ImportError:  # before packages are installed, as in `make env`: openssl generates the key
    rsa = None  # type: ignore[assignment]

RSA_BITS = 3072


class OpensslMissing(Exception):
    """The message names the command that installs it."""


def hexadecimal() -> str:
    """Return 32 random bytes in hexadecimal."""
    return secrets.token_hex(32)


def webhook_secret() -> str:
    """Return a secret in the form of Standard Webhooks: whsec_ and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def rsa_private_key() -> str:
    """Return a new RSA key in PEM (PKCS #8). Raises OpensslMissing."""
    if rsa is None:
        return _rsa_private_key_of_openssl()
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode("ascii")


def _rsa_private_key_of_openssl() -> str:
    openssl = shutil.which("openssl")
    if openssl is None:
        raise OpensslMissing("openssl is missing. On Debian and Ubuntu: apt install openssl")
    return subprocess.run(  # noqa: S603  (constants only)
        [openssl, "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{RSA_BITS}"],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ).stdout


Generator = Callable[[], str]

# Of the portal, the Hub and the proxy, in every way of running them.
APPLICATION_SECRETS: dict[str, Generator] = {
    "SECRET_KEY": hexadecimal,
    "JUPYTERHUB_API_TOKEN": hexadecimal,
    "JUPYTERHUB_CRYPT_KEY": hexadecimal,
    "CONFIGPROXY_AUTH_TOKEN": hexadecimal,
    "OIDC_CLIENT_SECRET": hexadecimal,
    "OIDC_PRIVATE_KEY": rsa_private_key,
    "WEBHOOK_SECRET": webhook_secret,
}

# Of PostgreSQL, which the trial mode does not use.
DATABASE_PASSWORDS: dict[str, Generator] = {
    "POSTGRES_PASSWORD": hexadecimal,
    "HUB_DATABASE_PASSWORD": hexadecimal,
}
