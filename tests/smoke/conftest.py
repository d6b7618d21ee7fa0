"""The stack on a real engine, started once and removed in any case."""

from __future__ import annotations

import signal
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser

from tests.browser.chromium import launch
from tests.smoke.engine import docker
from tests.smoke.stack import EngineIsNotFree, Stack

OUR_IMAGES = ("portal", "jupyterhub", "user-server", "proxy", "socket-guard", "firewall")

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Measured = Callable[[str, str], None]
"""Record a figure, by its name, for the summary of the run."""

_figures: list[tuple[str, str]] = []


@pytest.fixture(scope="package")
def browser(stack: Stack) -> Iterator[Browser]:
    """Chromium that trusts the edge's own authority, as one that has its root installed.

    The edge sends the intermediate certificate, and not the root. Without HTTP/2, since Chromium
    ends its sessions (ERR_NETWORK_CHANGED) whenever the engine adds a network interface here.
    """
    trusted = fingerprint(stack.authority("intermediate"))
    flags = (f"--ignore-certificate-errors-spki-list={trusted}", "--disable-http2")
    with launch(*flags) as browser:
        yield browser


def fingerprint(certificate: bytes) -> str:
    """Return the SHA-256 of the certificate's public key in base64, as Chromium names it."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(sha256(encoded).digest()).decode()


@pytest.fixture(scope="session")
def measured() -> Measured:
    return lambda name, value: _figures.append((name, value))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, measured: Measured) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("smoke"))
    _handle_stop_signals()
    try:
        try:
            with timed(measured, "building the images"):
                stack.build()
        except EngineIsNotFree as reason:
            pytest.exit(str(reason), returncode=1)
        with timed(measured, "up, until every service is healthy"):
            stack.bring_up()
        yield stack
    finally:
        _ignore_signals()
        with timed(measured, "taking everything down"):
            stack.take_down()
    for image in OUR_IMAGES:
        size = int(docker("image", "inspect", "--format", "{{.Size}}", f"shaparak-{image}"))
        measured(f"image shaparak-{image}", f"{size / 1e6:.0f} MB")


@pytest.fixture(scope="session")
def running_system(stack: Stack) -> Stack:
    """The system that the tests of tests/browser use: here it runs in containers."""
    return stack


@contextmanager
def timed(measured: Measured, name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    measured(name, f"{time.monotonic() - began:.1f} s")


def _handle_stop_signals() -> None:
    """End pytest after SIGTERM as after Ctrl-C, so that fixtures clean up. Ignore later signals."""

    def interrupt(*_: object) -> None:
        _ignore_signals()
        raise KeyboardInterrupt

    for number in STOP_SIGNALS:
        signal.signal(number, interrupt)


def _ignore_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("figures")
        for name, value in _figures:
            terminalreporter.write_line(f"{name:<50} {value:>10}")
