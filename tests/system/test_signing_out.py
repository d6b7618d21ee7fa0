"""Ends of sessions on a running copy: by the person, by a password, by time, and by nobody else."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from tornado.httpclient import HTTPRequest
from tornado.web import create_signed_value, decode_signed_value
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.system.process_table import wait_until
from tests.system.test_sign_on import lab_is_open, sign_up_with_lab
from tests.system.visitor import PASSWORD, Visitor, cookie_named, hub_cookie

pytestmark = pytest.mark.system

NEW_PASSWORD = "Shapour-dar-baran-62"
SECONDS_TO_CLOSE = 10


def change_password(visitor: Visitor) -> None:
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    visitor.submit("/accounts/password/change/", fields)


def tokens_of_session(visitor: Visitor) -> int:
    """Return how many tokens the Hub has of this browser's session; a Lab caches its own answer."""
    database = visitor.copy.var / "jupyterhub" / "jupyterhub.sqlite"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        [count] = connection.execute(
            "SELECT count(*) FROM api_tokens WHERE session_id = ?",
            [cookie_named(visitor, "jupyterhub-session-id").value],
        ).fetchone()
    return int(count)


def make_hub_cookie_old(visitor: Visitor) -> None:
    """Let the Hub's cookie be of eleven hours ago."""
    secret = bytes.fromhex((visitor.copy.var / "jupyterhub" / "cookie-secret").read_text().strip())
    cookie = hub_cookie(visitor)
    value = decode_signed_value(secret, cookie.name, str(cookie.value).strip('"'))
    assert value is not None
    old = create_signed_value(secret, cookie.name, value, clock=lambda: time.time() - 11 * 3600)
    cookie.value = f'"{old.decode()}"'
    visitor.session.cookies.set_cookie(cookie)


# --- Length -----------------------------------------------------------------------------------


def test_cookies_end_with_the_browser(visitor: Visitor) -> None:
    sign_up_with_lab(visitor, "sara")
    kept = {
        cookie.name
        for cookie in visitor.session.cookies
        if cookie.expires is not None and not cookie.is_expired()
    }
    assert kept <= {"shaparak_csrf", "shaparak_browser"}  # neither signs anybody in
    assert hub_cookie(visitor).expires is None
    assert cookie_named(visitor, "jupyterhub-user-").expires is None


def test_hub_cookie_of_yesterday_opens_nothing(visitor: Visitor) -> None:
    sign_up_with_lab(visitor, "sara")
    visitor.forget_portal()
    make_hub_cookie_old(visitor)
    answer = visitor.hub("/hub/api/oauth2/authorize")
    assert answer.url.startswith(f"{visitor.copy.portal_url}/accounts/login/")


# --- Sign-out ---------------------------------------------------------------------------------


def test_signing_out_closes_the_lab(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    answer = visitor.sign_out()
    assert answer.url == f"{visitor.copy.portal_url}/?signed-out=1"
    assert not lab_is_open(visitor, sara)


def test_signing_out_closes_lab_without_hub_cookie(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    visitor.forget_hub()
    assert lab_is_open(visitor, sara)
    visitor.sign_out()
    assert not lab_is_open(visitor, sara)


def test_lab_log_out_asks_before_ending_portal_session(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    question = visitor.lab(sara, "/logout")
    assert urlsplit(question.url).path == "/accounts/logout/"
    assert question.url.startswith(visitor.copy.portal_url)

    answer = visitor.submit(question.url.removeprefix(visitor.copy.portal_url), {})

    assert answer.url == f"{visitor.copy.portal_url}/?signed-out=1"
    dashboard = visitor.get(f"{visitor.copy.portal_url}/dashboard/")
    assert urlsplit(dashboard.url).path == "/accounts/login/"
    assert not lab_is_open(visitor, sara)


def test_log_out_works_after_portal_session_ended(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    visitor.forget_portal()
    question = visitor.hub("/hub/logout")
    assert urlsplit(question.url).path == "/accounts/logout/"
    page = question.url.removeprefix(visitor.copy.portal_url)
    hub = question.url.partition("hub=")[2]

    assert visitor.submit(page, {"hub": hub}).url == f"{visitor.copy.portal_url}/?signed-out=1"

    assert not lab_is_open(visitor, sara)
    assert visitor.hub("/hub/logout").url == f"{visitor.copy.portal_url}/?signed-out=1"


def test_get_of_the_hub_signs_nobody_out(visitor: Visitor) -> None:
    """As an image of another site's page does."""
    sara = sign_up_with_lab(visitor, "sara")
    for proof in ("", "?portal=", "?portal=x"):
        visitor.get(f"{visitor.copy.hub_url}/hub/logout{proof}", follow=False)
    assert lab_is_open(visitor, sara)
    assert tokens_of_session(visitor) == 1
    assert visitor.get(f"{visitor.copy.portal_url}/dashboard/").url.endswith("/dashboard/")


def test_proof_of_another_person_signs_nobody_out(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    with Visitor(visitor.copy) as other:
        sign_up_with_lab(other, "mallory")
        page = f"{visitor.copy.portal_url}/accounts/logout/"
        token = other.get(page).text.partition('name="csrfmiddlewaretoken" value="')[2]
        answer = other.session.post(
            page,
            data={"csrfmiddlewaretoken": token.partition('"')[0]},
            headers={"Referer": page},
            allow_redirects=False,
            timeout=20,
        )
    proof = answer.headers["Location"]
    assert "portal=" in proof

    question = visitor.get(proof)

    assert urlsplit(question.url).path == "/accounts/logout/"
    assert lab_is_open(visitor, sara)
    assert tokens_of_session(visitor) == 1


def test_stolen_session_id_ends_nothing(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    stolen = cookie_named(visitor, "jupyterhub-session-id")
    with Visitor(visitor.copy) as other:
        mallory = sign_up_with_lab(other, "mallory")
        for cookie in list(other.session.cookies):
            if cookie.name == stolen.name:
                cookie.value = stolen.value
                other.session.cookies.set_cookie(cookie)
        other.hub("/hub/logout")
        assert tokens_of_session(visitor) == 1
        other.open_lab(mallory)
        other.sign_out()
    assert tokens_of_session(visitor) == 1
    assert lab_is_open(visitor, sara)


def test_next_person_does_not_get_an_old_lab(visitor: Visitor) -> None:
    """The Hub's cookie is too old, and the Lab's is not."""
    sara = sign_up_with_lab(visitor, "sara")
    visitor.forget_portal()
    make_hub_cookie_old(visitor)
    visitor.hub("/hub/home")  # the Hub deletes its old cookie
    assert lab_is_open(visitor, sara)
    omid = visitor.sign_up("omid")
    visitor.open_lab(omid)
    assert not lab_is_open(visitor, sara)


# --- Password ---------------------------------------------------------------------------------


async def _open_kernel(visitor: Visitor, name: str) -> WebSocketClientConnection:
    """Open the channels of a new kernel, as a notebook does."""
    lab = visitor.copy.lab_url(name)
    jar = visitor.session.cookies
    xsrf = next(one.value for one in jar if one.name == "_xsrf" and one.path.startswith("/user/"))
    kernel = visitor.session.post(
        f"{lab}/api/kernels", json={}, headers={"X-XSRFToken": str(xsrf)}, timeout=30
    ).json()["id"]
    address = urlsplit(f"{lab}/api/kernels/{kernel}/channels")
    prepared = visitor.session.prepare_request(requests.Request("GET", address.geturl()))
    return await websocket_connect(
        HTTPRequest(
            f"ws://127.0.0.1:{address.port}{address.path}",
            headers={
                "Host": address.netloc,
                "Cookie": prepared.headers["Cookie"],
                "Origin": f"http://{address.netloc}",
            },
        )
    )


async def _seconds_until_closed(channel: WebSocketClientConnection) -> float:
    began = time.monotonic()
    while await asyncio.wait_for(channel.read_message(), SECONDS_TO_CLOSE) is not None:
        pass
    return time.monotonic() - began


def test_new_password_closes_lab_and_kernels(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    with Visitor(visitor.copy) as owner:
        owner.submit("/accounts/login/", {"login": sara, "password": PASSWORD})

        async def measure() -> float:
            channel = await _open_kernel(visitor, sara)
            began = time.monotonic()
            await asyncio.to_thread(change_password, owner)
            await _seconds_until_closed(channel)
            return time.monotonic() - began

        seconds = asyncio.run(measure())
        print(f"kernel closed after {seconds:.1f} s")
        assert seconds < SECONDS_TO_CLOSE
        assert not lab_is_open(visitor, sara)
        assert wait_until(lambda: card_cause(owner) == "password", 20)
    answer = visitor.open_lab(sara)
    assert urlsplit(answer.url).path == "/accounts/login/"


def card_cause(visitor: Visitor) -> str:
    page = visitor.get(f"{visitor.copy.portal_url}/dashboard/").text
    return page.partition('data-cause="')[2].partition('"')[0]


def test_new_password_without_server_voids_hub_cookie(visitor: Visitor) -> None:
    sara = visitor.sign_up("sara")
    visitor.open_lab(sara)
    before = hub_cookie(visitor).value
    with Visitor(visitor.copy) as owner:
        owner.submit("/accounts/login/", {"login": sara, "password": PASSWORD})
        change_password(owner)

    def asks_for_sign_in() -> bool:
        answer = visitor.hub("/hub/api/oauth2/authorize")
        return answer.url.startswith(f"{visitor.copy.portal_url}/accounts/login/")

    assert before is not None
    assert wait_until(asks_for_sign_in, SECONDS_TO_CLOSE)


# --- The address for the portal ---------------------------------------------------------------


def test_hub_ends_sessions_only_for_the_portal(visitor: Visitor) -> None:
    sara = sign_up_with_lab(visitor, "sara")
    url = f"{visitor.copy.hub_api_url}/portal/end-sessions"
    body = json.dumps({"type": "sessions.end", "data": {"username": sara}})
    for headers in ({}, {"Authorization": f"token {visitor.copy.token}"}):
        answer = visitor.session.post(url, data=body, headers=headers, timeout=20)
        assert answer.status_code == 403
    assert lab_is_open(visitor, sara)
