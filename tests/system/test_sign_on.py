"""Single sign-on of portal and Hub, in a browser that several people use."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.system.hub import start_lab
from tests.system.visitor import Visitor

pytestmark = pytest.mark.system


def lab_is_open(visitor: Visitor, name: str) -> bool:
    """Return whether the Lab's API accepts the browser, without a new sign-in."""
    url = f"{visitor.copy.lab_url(name)}/api/contents"
    return visitor.get(url, follow=False).status_code == 200


def sign_up_with_lab(visitor: Visitor, who: str) -> str:
    name = visitor.sign_up(who)
    start_lab(visitor.copy, name)
    assert visitor.open_lab(name).status_code == 200
    assert lab_is_open(visitor, name)
    return name


@pytest.mark.parametrize(
    "path", ["lab/tree/a%20b.ipynb?reset&x=1%262", "lab/tree/%D8%AF%D9%81%D8%AA%D8%B1.ipynb"]
)
def test_bookmark_of_stopped_server_opens_the_portal(visitor: Visitor, path: str) -> None:
    name = visitor.sign_up("sara")
    answer = visitor.lab(name, f"/{path}")
    address = urlsplit(answer.url)
    assert f"{address.scheme}://{address.netloc}" == visitor.copy.portal_url
    assert address.path == "/dashboard/"
    assert parse_qs(address.query) == {"next": [f"/user/{name}/{path}"]}


def test_bookmark_of_running_server_opens_at_once(visitor: Visitor) -> None:
    name = visitor.sign_up("sara")
    start_lab(visitor.copy, name)
    answer = visitor.lab(name, "/lab/tree/%D8%AF%D9%81%D8%AA%D8%B1.ipynb?reset")
    assert answer.status_code == 200
    assert answer.url.startswith(f"{visitor.copy.lab_url(name)}/lab/tree/%D8%AF")


@pytest.mark.parametrize("host", ["hub_url", "hub_proxy_url"])
def test_address_with_another_host_opens_the_lab(visitor: Visitor, host: str) -> None:
    """Bookmarks at the Hub's name, or at the address of the machine."""
    name = visitor.sign_up("sara")
    start_lab(visitor.copy, name)
    answer = visitor.get(f"{getattr(visitor.copy, host)}/user/{name}/lab/tree/a%20b.ipynb?x=1%262")
    assert answer.status_code == 200
    assert answer.url.startswith(f"{visitor.copy.lab_url(name)}/lab/tree/a%20b.ipynb?x=1%262")


def test_program_gets_424_from_a_stopped_server(visitor: Visitor) -> None:
    name = visitor.sign_up("sara")
    visitor.open_lab(name)
    answer = visitor.lab(name, "/api/kernels")
    assert answer.status_code == 424
    assert answer.headers["Content-Type"] == "application/json"


def test_bookmark_of_somebody_else_opens_own_dashboard(visitor: Visitor) -> None:
    visitor.sign_up("omid")
    answer = visitor.lab("somebody-else", "/lab")
    assert answer.status_code == 200
    assert urlsplit(answer.url).path == "/dashboard/"
    assert answer.url.startswith(visitor.copy.portal_url)


def test_own_bookmark_works_with_another_persons_hub_cookie(visitor: Visitor) -> None:
    sara = visitor.sign_up("sara")
    visitor.open_lab(sara)
    visitor.forget_portal()
    omid = visitor.sign_up("omid")
    answer = visitor.lab(omid, "/lab")
    assert answer.url.startswith(visitor.copy.portal_url)
    assert parse_qs(urlsplit(answer.url).query) == {"next": [f"/user/{omid}/lab"]}


def test_sign_in_of_another_browser_signs_nobody_in(visitor: Visitor) -> None:
    """Mallory sends sara the last address of an own sign-in: sara would work as mallory."""
    with Visitor(visitor.copy) as mallory:
        mallory.sign_up("mallory")
        begun = mallory.get(f"{visitor.copy.hub_url}/hub/oauth_login", follow=False)
        last = mallory.get(begun.headers["Location"], follow=False).headers["Location"]
        assert "/hub/oauth_callback?" in last
        assert "code=" in last

        answer = visitor.get(last)

        assert urlsplit(answer.url).path == "/accounts/login/"
        assert not _hub_cookies(visitor)
        mallory.get(last)
        assert _hub_cookies(mallory)


def _hub_cookies(visitor: Visitor) -> list[str]:
    return [one.name for one in visitor.session.cookies if "hub-login" in one.name]


def test_sign_in_closes_the_lab_of_another_person(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    visitor.forget_portal()
    omid = visitor.sign_up("omid")
    start_lab(visitor.copy, omid)
    answer = visitor.open_lab(omid)
    assert answer.status_code == 200
    assert urlsplit(answer.url).path == f"/user/{omid}/lab"
    assert lab_is_open(visitor, omid)
    assert not lab_is_open(visitor, sara)


def test_portal_token_opens_no_notebooks(visitor: Visitor) -> None:
    sara = visitor.sign_up("sara")
    start_lab(visitor.copy, sara)
    with Visitor(visitor.copy) as program:
        program.session.headers["Authorization"] = f"token {visitor.copy.token}"
        assert program.lab(sara, "/api/contents").status_code == 403
