"""Encryption of second factors' secrets: a copy of the database alone gives no code.

The key is derived from SECRET_KEY. While SECRET_KEY_FALLBACKS names former keys, what they
encrypted can still be read; `manage.py reencrypt_factors` makes the former keys unnecessary.
"""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# Keys for different purposes differ (RFC 5869, section 3.2).
_PURPOSE = b"shaparak: secrets of second factors"


class UnknownEncryptionKeyError(Exception):
    """Neither SECRET_KEY nor SECRET_KEY_FALLBACKS has the key of a stored secret."""


def encrypt(text: str) -> str:
    return _ciphers().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Return the text. Raises UnknownEncryptionKeyError."""
    try:
        return _ciphers().decrypt(encrypted).decode()
    except InvalidToken as error:
        raise UnknownEncryptionKeyError from error


def reencrypt(encrypted: str) -> str:
    """Return the same secret under the present SECRET_KEY. Raises UnknownEncryptionKeyError."""
    return encrypt(decrypt(encrypted))


def _ciphers() -> MultiFernet:
    """Return the cipher of SECRET_KEY, and those of former keys for decryption only."""
    return MultiFernet(
        Fernet(_derived_key(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def _derived_key(secret: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return urlsafe_b64encode(kdf.derive(secret.encode()))
