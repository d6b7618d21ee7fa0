"""Odd bodies and content types at every address that takes a POST: never an error of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User

DEEP = b"[" * 20_000 + b"]" * 20_000
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--x--\r\n'
BODIES = [
    ("application/json", DEEP),
    ("application/json", b'{"a":' * 20_000 + b"1" + b"}" * 20_000),
    ("application/json", b"9" * 5_000),
    ("application/json", b"\xff\xfe"),
    ("application/json; charset=no-such", b"{}"),
    ("application/x-www-form-urlencoded", b"a=1&" * 2_000),
    ("application/x-www-form-urlencoded", b"next=%00&login=%ED%A0%80&language=%00&username=%00"),
    ("application/x-www-form-urlencoded; charset=no-such", b"a=%D8"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"a=+ADw-"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"),
    ("multipart/form-data; boundary=" + "x" * 300, b"x"),
    ("multipart/form-data; boundary=x", PART % (b"username", b"\x00\xff")),
    ("multipart/form-data; boundary=x", PART % (b'next"; filename="../../a', b"b")),
    ("multipart/form-data; boundary=x; charset=no-such", PART % (b"a", b"b")),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n'),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x\r\n" * 2_000),
    ("text/plain", b"\x00"),
    ("", b"a=b"),
]


def addresses() -> list[str]:
    """Return every path of the portal, with a made-up value for each parameter."""
    return sorted(set(_paths(get_resolver().url_patterns, "/")))


def _paths(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        path = prefix + _example(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _paths(pattern.url_patterns, path)
        else:
            yield path


def _example(pattern: str) -> str:
    """Return a path that a route, or a regular expression of a library, matches."""
    path = re.sub(r"<(?:int:)?[^>]*>", "1", re.sub(r"\(\?P<[^>]*>[^)]*\)\??", "1", pattern))
    return re.sub(r"[\^$?\\]|\(|\)", "", path).replace("1+", "1")


@pytest.mark.parametrize("person", ["visitor", "nasrin"])
@pytest.mark.parametrize(("content_type", "body"), BODIES, ids=range(len(BODIES)))
def test_odd_body_is_no_error_of_ours(
    request: pytest.FixtureRequest, db: None, person: str, content_type: str, body: bytes
) -> None:
    client = Client(raise_request_exception=False)
    if person != "visitor":
        user: User = request.getfixturevalue(person)
        client.force_login(user)

    statuses = {
        path: client.generic("POST", path, body, content_type).status_code
        for path in addresses()
        if "logout" not in path
    }

    assert len(statuses) > 50
    assert {path: status for path, status in statuses.items() if status >= 500} == {}
