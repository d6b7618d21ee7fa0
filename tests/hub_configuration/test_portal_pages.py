"""Addresses of servers: the portal receives them exactly as the browser had them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

PORTAL = "https://portal.example.org"


@pytest.mark.parametrize(
    "address",
    [
        "/user/sara/lab/tree/a%20b.ipynb",
        "/user/sara/lab/tree/%D8%AF%D9%81%D8%AA%D8%B1.ipynb?reset&x=1%262&y=a+b",
        "/user/sara/lab?next=/user/sara/lab&x=%23",
    ],
)
def test_address_comes_back_exactly(load: Any, address: str) -> None:
    location = urlsplit(load("portal_pages").dashboard_url(PORTAL, address))
    assert f"{location.scheme}://{location.netloc}" == PORTAL
    assert location.path == "/dashboard/"
    assert parse_qs(location.query, strict_parsing=True) == {"next": [address]}


@pytest.mark.parametrize(
    "address", ["", "/hub/home", "//evil.example/user/sara", "https://evil.example/user/"]
)
def test_address_of_no_server_is_left_out(load: Any, address: str) -> None:
    assert load("portal_pages").dashboard_url(PORTAL, address) == f"{PORTAL}/dashboard/"


@pytest.mark.parametrize(
    ("referer", "is_of_a_lab"),
    [
        ("http://sara.hub.localhost:8000/", True),
        ("http://hub.localhost:8000/user/sara/lab", True),
        ("http://hub.localhost:8000/hub/home", False),
        ("http://localhost:8080/dashboard/", False),
        ("http://evilhub.localhost:8000/", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_page_before_is_known_as_a_lab(load: Any, referer: str, is_of_a_lab: bool) -> None:
    assert load("portal_pages").is_of_a_lab(referer, "hub.localhost:8000") is is_of_a_lab
