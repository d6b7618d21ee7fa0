"""Secrets: no log line or error contains the portal's token or users' tokens."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from jupyter_integration.hub.client import HubClient
from jupyter_integration.hub.errors import HubError
from jupyter_integration.hub.transport import HubTransport
from jupyter_integration.testing import FakeHub, Spawn
from jupyter_integration.tests.hub.peer import Connection, Peer

TOKEN = "s3cret-0f-the-portal"
USERS_TOKEN = "a-users-0wn-t0ken"


def _everything_of(error: BaseException) -> Iterator[str]:
    """Yield all that an error report can show: the chain, its frames and their variables."""
    seen: BaseException | None = error
    while seen is not None:
        yield repr(seen)
        yield repr(vars(seen))
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            # The test's own frames know the token.
            if "/tests/" not in frame.f_code.co_filename:
                yield repr(frame.f_locals)
        seen = seen.__cause__ or seen.__context__


def _assert_silent(*texts: str) -> None:
    for text in texts:
        assert TOKEN not in text
        assert USERS_TOKEN not in text


@pytest.fixture
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "http.client", "jupyter_integration.hub"):
        caplog.set_level(logging.DEBUG, logger=name)


@pytest.mark.usefixtures("_everything_is_logged")
def test_no_log_line_contains_the_token(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeHub(token=TOKEN) as hub:
        client = HubClient(HubTransport(hub.api_url, TOKEN, backoff=0.0))
        client.create_user("sara")
        client.start_server("sara")
        list(client.follow_progress("sara"))
        client.stop_server("sara")
        hub.script("sara", Spawn(seconds=0, fails="no image"))
        client.start_server("sara")
        hub.throttle(30)
        errors = []
        for call in (
            lambda: client.start_server("sara"),
            lambda: client.create_user("sara"),
            lambda: client.get_user("nobody"),
        ):
            with pytest.raises(HubError) as error:
                call()
            errors.append(error.value)
        hub.down()
        with pytest.raises(HubError) as error:
            client.get_user("sara")
        errors.append(error.value)

    assert "urllib3.connectionpool" in {record.name for record in caplog.records}
    output = capsys.readouterr()
    _assert_silent(caplog.text, output.out, output.err, repr(client))
    for one in errors:
        _assert_silent(*_everything_of(one))


def _echo(connection: Connection) -> None:
    """A peer that returns the request in its error."""
    request = connection.read_request()
    body = b'{"status": 500, "message": "' + request.replace(b"\r\n", b" ") + b'"}'
    connection.answer("500 Internal Server Error", body)


def _cut_user(connection: Connection) -> None:
    connection.read_request()
    connection.answer("200 OK", b'{"auth_state": {"access_token": "' + USERS_TOKEN.encode())


def _wrong_user(connection: Connection) -> None:
    connection.read_request()
    user = b'{"name": "sara", "auth_state": {"access_token": "%s"}}' % USERS_TOKEN.encode()
    connection.answer("200 OK", user)


def _hang_up(connection: Connection) -> None:
    connection.read_request()


def _redirect(connection: Connection) -> None:
    request = connection.read_request()
    token = request.split(b"token ")[1].split()[0].decode()
    connection.answer("302 Found", b"", f"Location: http://127.0.0.1:1/?token={token}")


def _no_http(connection: Connection) -> None:
    connection.send(connection.read_request())


@pytest.mark.usefixtures("_everything_is_logged")
@pytest.mark.parametrize("play", [_echo, _cut_user, _wrong_user, _hang_up, _redirect, _no_http])
def test_no_error_contains_the_token(play, caplog: pytest.LogCaptureFixture) -> None:
    with Peer(play) as peer:
        client = HubClient(HubTransport(peer.api_url, TOKEN, backoff=0.0))
        with pytest.raises(HubError) as error:
            client.get_user("sara")

    assert f"token {TOKEN}".encode() in peer.requests[0]
    _assert_silent(caplog.text, *_everything_of(error.value))
    # The exception of requests is not in the chain: it holds the request.
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


@pytest.mark.parametrize("token", ["", "with space", "new\nline", "توکن"])
def test_invalid_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ValueError, match="JUPYTERHUB_API_TOKEN") as refused:
        HubTransport("http://hub/hub/api", token)

    assert not token or token not in str(refused.value)


def test_a_reply_keeps_its_body_out_of_sight() -> None:
    with FakeHub(token=TOKEN) as hub:
        hub.add_user("sara")
        transport = HubTransport(hub.api_url, TOKEN)
        reply = transport.request("GET", "/users/sara", expected={200})

    assert "auth_state" in reply.body
    assert "auth_state" not in repr(reply)


def test_no_part_of_the_transport_shows_the_token() -> None:
    transport = HubTransport("http://hub/hub/api", TOKEN)

    _assert_silent(repr(transport), *(repr(part) for part in vars(transport).values()))


def test_http_itself_prints_nothing() -> None:
    """The debug output of http.client would print the headers."""
    assert HTTPConnection.debuglevel == 0


def test_netrc_and_proxies_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with FakeHub(token=TOKEN) as hub:
        assert HubClient(HubTransport(hub.api_url, TOKEN)).get_version() == "6.1.1"
        hub.add_user("sara")
        assert HubClient(HubTransport(hub.api_url, TOKEN)).get_user("sara").name == "sara"


def test_a_redirect_carries_the_token_nowhere() -> None:
    def elsewhere(connection: Connection) -> None:
        connection.read_request()

    with Peer(elsewhere) as thief:

        def redirect(connection: Connection) -> None:
            connection.read_request()
            connection.answer("307 Temporary Redirect", b"", f"Location: {thief.api_url}/steal")

        with Peer(redirect) as peer:
            client = HubClient(HubTransport(peer.api_url, TOKEN))
            for call in (client.get_user, client.create_user, client.stop_server):
                with pytest.raises(HubError):
                    call("sara")

    assert thief.connections == []


def test_no_cookie_is_kept() -> None:
    def play(connection: Connection) -> None:
        while connection.read_request():
            connection.answer("200 OK", b'{"version": "6.1.1"}', "Set-Cookie: _xsrf=1; Path=/")

    with Peer(play) as peer:
        client = HubClient(HubTransport(peer.api_url, TOKEN))
        client.get_version()
        client.get_version()

    assert len(peer.requests) == 2
    assert b"Cookie" not in peer.requests[1]
