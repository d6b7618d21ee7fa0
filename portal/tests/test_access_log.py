"""Access log: no line has a key that opens an account."""

import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from gunicorn.config import Config

from portal.access_log import AccessLogger
from portal.logs import UtcFormatter

KEY = "w-diox6c-afdc0123456789"

# Converters whose values are names and numbers: rows of the admin, help requests, static files.
HARMLESS = {
    "object_id",
    "content_type_id",
    "app_label",
    "url",
    "number",
    "path",
    "id",
    "pk",
    "topic",
    "language",
}


@pytest.fixture
def logger() -> AccessLogger:
    config = Config()
    config.set("accesslog", "-")
    return AccessLogger(config)


def line_of(logger: AccessLogger, address: str, *, referer: str = "-", browser: str = "-") -> str:
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": address,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_REFERER": referer,
        "HTTP_USER_AGENT": browser,
    }
    response = SimpleNamespace(status="200 OK", sent=10, headers=[])
    request = SimpleNamespace(headers=[("COOKIE", KEY)])
    values = logger.atoms(response, request, environ, timedelta(seconds=1))
    return logger.cfg.access_log_format % logger.atoms_wrapper_class(values) + str(values)


@pytest.mark.parametrize(
    "address",
    [
        f"/accounts/password/reset/key/{KEY}/",
        f"/accounts/password/reset/key/{KEY}",
        f"/accounts/confirm-email/{KEY}/",
        f"/identity/o/authorize?code={KEY}&state=x",
        f"/accounts/login/?next=%2Fserver%2Fopen%2F%3Ftoken%3D{KEY}",
        f'/?a=b"{KEY}',
    ],
)
def test_access_line_has_no_key(logger: AccessLogger, address: str) -> None:
    line = line_of(logger, address)

    assert "GET /" in line
    assert KEY not in line
    assert KEY not in line_of(logger, "/", referer=f"https://portal.example.ir{address}")


def test_browser_name_stays_in_its_line(logger: AccessLogger) -> None:
    line = line_of(logger, "/", browser="\x1b[2J\x85evil" + "x" * 10_000)

    assert line.isprintable()
    assert len(line) < 8_000


def test_access_line_keeps_path(logger: AccessLogger) -> None:
    assert '"GET /accounts/login/?… HTTP/1.1" 200' in line_of(logger, "/accounts/login/?next=/")


def patterns(urls: list[URLPattern | URLResolver], before: str = "") -> list[tuple[str, set[str]]]:
    found = []
    for url in urls:
        route = before + str(url.pattern)
        if isinstance(url, URLResolver):
            found += patterns(url.url_patterns, route)
        else:
            names = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
            found.append((route, names))
    return found


def test_every_key_in_an_address_is_hidden() -> None:
    """An address that a new package adds may carry one under another path."""
    with_keys = [
        route for route, names in patterns(get_resolver().url_patterns) if names - HARMLESS
    ]

    assert with_keys
    for route in with_keys:
        address = re.sub(r"\(\?P<\w+>[^)]*\)|<[^>]*>", KEY, route).replace("^", "").rstrip("$")
        assert KEY in address
        assert KEY not in UtcFormatter("%(message)s").format(
            logging.LogRecord("x", logging.WARNING, "x", 1, f"Not Found: /{address}", (), None)
        ), route
