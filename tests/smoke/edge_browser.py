"""Chromium that trusts the edge's own authority, as one that has its root installed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser

from deploy.local.development import find_browser
from tests.browser.chromium import launch
from tests.smoke import steady_network


@contextmanager
def browser_of_edge(intermediate: bytes) -> Iterator[Browser]:
    """Start a browser that trusts what this certificate (PEM) has signed.

    The edge sends the intermediate certificate, and not the root. Chromium runs in
    steady_network.py, since containers start on this machine all the time.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BROWSER", find_browser() or "")
        trusted = f"--ignore-certificate-errors-spki-list={fingerprint(intermediate)}"
        with launch(trusted, program=steady_network.__file__) as browser:
            yield browser


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of the certificate's public key in base64, as Chromium names it."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(sha256(encoded).digest()).decode()
