"""HTTP transport to the Hub: pooled, bounded in time and size, with the token kept out of logs."""

from __future__ import annotations

import json as json_codec
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import requests
import urllib3

from jupyter_integration.hub import responses
from jupyter_integration.hub.breaker import AdmittedCall, CircuitBreaker
from jupyter_integration.hub.calls import Call, Reply
from jupyter_integration.hub.errors import (
    HubError,
    HubNotFound,
    HubProtocolError,
    HubTimeout,
    HubUnreachable,
)
from jupyter_integration.hub.resources import JSON, BrokenResource
from jupyter_integration.hub.retries import with_attempts
from jupyter_integration.hub.sessions import TokenHeader, open_session

MAX_BODY_SIZE = 8 * 1024 * 1024  # bytes
"""A page of users has some hundred kilobytes."""

_CHUNK_SIZE = 64 * 1024  # bytes
_HTTP_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


@dataclass(frozen=True, slots=True)
class Stream:
    """A response that is read as it arrives."""

    call: Call
    chunks: Iterator[bytes] = field(repr=False)


class HubTransport:
    """One connection pool to one Hub, for all threads of a process. Timeouts are in seconds.

    Only safe methods are retried: after a lost response to a POST the Hub may have acted, so the
    caller must read first. The breaker counts all attempts of a call as one; its probe has one
    attempt only.
    """

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        connect_timeout: float = 3.0,
        read_timeout: float = 10.0,
        pool_maxsize: int = 32,
        backoff: float = 0.25,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._api_url = _checked(api_url)
        self._connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self._auth = TokenHeader(token)
        self._breaker = breaker
        self._session = open_session(self._auth, with_attempts(3, backoff), pool_maxsize)
        self._session_without_retries = open_session(
            self._auth, with_attempts(1, backoff), pool_maxsize
        )

    def __repr__(self) -> str:
        return f"<HubTransport to {self._api_url}>"

    def close(self) -> None:
        """Close all idle connections."""
        self._session.close()
        self._session_without_retries.close()

    @property
    def is_blocked(self) -> bool:
        """Whether the breaker would refuse a call now."""
        return self._breaker is not None and self._breaker.is_blocked

    def request(
        self,
        method: str,
        path: str,
        *,
        expected: Collection[int],
        json: JSON = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        is_repeatable: bool = True,
        concerns_one_server: bool = False,
    ) -> Reply:
        """Call the Hub; `path` is below /hub/api and already percent-encoded.

        Without `is_repeatable` a GET is not retried either. If the call `concerns_one_server`, a
        5xx with the Hub's own message does not count as a failure of the Hub.

        Raises:
            HubError: every status that is not `expected` and every failure below HTTP; see
                errors.py for the classes.
        """
        call = Call(method, path)
        read_timeout = self.read_timeout if timeout is None else timeout
        with (
            self._admit(call, read_timeout, concerns_one_server) as admitted,
            self._send(
                call,
                json,
                params,
                headers,
                read_timeout,
                is_repeatable=is_repeatable and not admitted.is_probe,
            ) as response,
        ):
            if response.status_code not in expected:
                raise self._refusal(call, response, read_timeout)
            try:
                body = responses.decode(self._body(call, response, read_timeout))
            except BrokenResource as broken:
                why = str(broken)
            else:
                return Reply(call, response.status_code, body)
            raise call.failure(HubProtocolError, why, status=response.status_code)

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        content_type: str,
        missing: type[HubError],
        read_timeout: float | None = None,
    ) -> Iterator[Stream]:
        """GET a response that is read as it arrives; leaving the context closes its connection.

        For the breaker the call ends when the response begins.

        Raises:
            HubError: as `request`, also from the chunks while they are read; `missing` is the
                error for the Hub's own 404.
        """
        call = Call("GET", path)
        timeout = self.read_timeout if read_timeout is None else read_timeout
        headers = {"Accept": content_type}
        with ExitStack() as until_read:
            with self._admit(call, timeout) as admitted:
                response = until_read.enter_context(
                    self._send(
                        call, None, None, headers, timeout, is_repeatable=not admitted.is_probe
                    )
                )
                status = response.status_code
                if status != 200:
                    raise self._refusal(call, response, timeout, missing=missing)
                if not response.headers.get("Content-Type", "").startswith(content_type):
                    raise call.failure(HubProtocolError, f"not {content_type}", status=status)
            yield Stream(call, self._chunks(call, response))

    def _admit(
        self, call: Call, read_timeout: float, concerns_one_server: bool = False
    ) -> AdmittedCall:
        """Ask the breaker; raises HubCircuitOpen."""
        if self._breaker is None:
            return AdmittedCall()
        # One attempt: two addresses of the host, the response, its body with the last read, and
        # some seconds for the resolver.
        seconds = 2 * self._connect_timeout + 3 * read_timeout + 5.0
        return self._breaker.admit(
            call,
            max_duration=timedelta(seconds=seconds),
            concerns_one_server=concerns_one_server,
        )

    def _send(
        self,
        call: Call,
        json: JSON,
        params: Mapping[str, str | int] | None,
        headers: Mapping[str, str] | None,
        read_timeout: float,
        *,
        is_repeatable: bool,
    ) -> requests.Response:
        sent = {"X-Request-ID": call.request_id, **(headers or {})}
        data = None
        if json is not None:
            data = json_codec.dumps(json).encode()
            sent["Content-Type"] = "application/json"
        session = self._session if is_repeatable else self._session_without_retries
        try:
            return session.request(
                call.method,
                f"{self._api_url}{call.path}",
                data=data,
                params=params,
                headers=sent,
                timeout=(self._connect_timeout, read_timeout),
                allow_redirects=False,
                stream=True,
            )
        except _HTTP_FAILURES as error:
            failure = self._failure_of(call, error)
        raise failure

    def _chunks(self, call: Call, response: requests.Response) -> Iterator[bytes]:
        """Yield every chunk as soon as it arrives, without waiting for a full buffer."""
        while True:
            try:
                chunk: bytes = response.raw.read1(_CHUNK_SIZE)
            except _HTTP_FAILURES as error:
                failure = self._failure_of(call, error)
            else:
                if not chunk:
                    return
                yield chunk
                continue
            raise failure

    def _body(self, call: Call, response: requests.Response, seconds: float) -> bytes:
        """Read the whole body within `seconds`: the socket's timeout does not bound a slow body."""
        deadline = time.monotonic() + seconds
        status = response.status_code
        body = bytearray()
        for chunk in self._chunks(call, response):
            body += chunk
            if len(body) > MAX_BODY_SIZE:
                body.clear()
                raise call.failure(HubProtocolError, "the body is too large", status=status)
            if time.monotonic() > deadline:
                body.clear()
                raise call.failure(HubTimeout, "the body came too slowly", status=status)
        return bytes(body)

    def _refusal(
        self,
        call: Call,
        response: requests.Response,
        seconds: float,
        *,
        missing: type[HubError] = HubNotFound,
    ) -> HubError:
        status = response.status_code
        message = responses.message_of(self._body(call, response, seconds))
        if message is not None:
            message = self._auth.remove_from(message)
        kind = responses.error_class(status, message, missing=missing)
        return call.failure(
            kind,
            responses.explain(status, kind, message),
            status=status,
            retry_after=responses.seconds_of(response.headers.get("Retry-After")),
            hub_message=message or "",
        )

    def _failure_of(self, call: Call, error: Exception) -> HubError:
        cause = _cause_of(error)
        kind: type[HubError] = HubUnreachable
        if isinstance(cause, urllib3.exceptions.ReadTimeoutError | requests.ReadTimeout):
            kind = HubTimeout
        return call.failure(kind, self._auth.remove_from(f"{type(cause).__name__}: {cause}"))


def _cause_of(error: Exception) -> Exception:
    """Return the cause inside the wrappers of requests and urllib3."""
    inner = error.args[0] if error.args else None
    if isinstance(inner, urllib3.exceptions.MaxRetryError) and inner.reason is not None:
        return inner.reason
    return inner if isinstance(inner, Exception) else error


def _checked(api_url: str) -> str:
    parts = urlsplit(api_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("JUPYTERHUB_API_URL must be an http(s) address that ends in /hub/api")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("JUPYTERHUB_API_URL must hold no user, password, query or fragment")
    return api_url.rstrip("/")
