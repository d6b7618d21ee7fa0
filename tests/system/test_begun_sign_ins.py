"""Sign-ins to the Hub that a browser begins and may never complete."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest

from tests.system.visitor import Visitor, hub_cookie

pytestmark = pytest.mark.system

LONGEST_HEADERS = 16 * 1024  # bytes, of the proxy


def test_many_begun_sign_ins_never_fill_the_headers(visitor: Visitor) -> None:
    address = "/user/x/lab/tree/" + "%D8%B3" * 200
    for _ in range(40):
        answer = visitor.get(
            f"{visitor.copy.hub_url}/hub/oauth_login?{urlencode({'next': address})}", follow=False
        )
        assert answer.status_code == 302
    sent = sum(len(one.name) + len(one.value or "") + 3 for one in visitor.session.cookies)
    assert sent < LONGEST_HEADERS / 2
    assert visitor.hub("/hub/login").status_code == 200


def test_newest_sign_in_completes_after_many(visitor: Visitor) -> None:
    sara = visitor.sign_up("sara")
    oldest = visitor.get(f"{visitor.copy.hub_url}/hub/oauth_login", follow=False)
    for _ in range(10):
        visitor.get(f"{visitor.copy.hub_url}/hub/oauth_login", follow=False)
    assert visitor.open_lab(sara).url.startswith(visitor.copy.portal_url)  # its server is off
    assert hub_cookie(visitor)

    answer = visitor.get(oldest.headers["Location"])

    assert answer.url == f"{visitor.copy.portal_url}/dashboard/"


@pytest.mark.parametrize("letters", [350, 600])
def test_long_address_does_not_break_sign_in(visitor: Visitor, letters: int) -> None:
    sara = visitor.sign_up("sara")
    answer = visitor.lab(sara, "/lab/tree/" + "%D8%B3" * letters)
    assert answer.status_code == 200
    assert urlsplit(answer.url).path == "/dashboard/"
    assert hub_cookie(visitor)
