"""API with generated requests, as a visitor, a person and staff: it keeps to its schema.

schemathesis calls the WSGI application as a web server does. Each run has the same examples.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.throttling import ScopedRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import User
from jupyter_integration.api import throttles
from jupyter_integration.tests.scenes import provision
from jupyter_integration.tests.states import stopped
from portal.limits.rates import Rate
from portal.wsgi import application

# A web process closes its connection after a request; inside a test's transaction it could not.
pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = 60  # for each operation and each person: together about ten seconds
PERSONS = ("visitor", "sara", "nasrin")
OPERATIONS = ("GET", "POST", "DELETE")
PATH = "/api/v1/server/"
DEEP = "[" * 20_000 + "]" * 20_000

CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=no-such",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=" + "x" * 300,
    "multipart/mixed; boundary=x",
    "text/plain",
    "*/*",
    "/",
    "",
    "پرونده/متن",
)
BODIES = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [
            *(b"", b"null", b"{", b"\xff\xfe", b"a=1&" * 2_000, DEEP.encode()),
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
            b'--x\r\nContent-Disposition: form-data; name="a"; filename="../b"\r\n\r\nb\r\n--x--',
            b"--x\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=a"
            b"\r\n\r\n!\r\n--x--",
        ]
    ),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children),
        max_leaves=10,
    ).map(lambda value: json.dumps(value).encode()),
)
HEADER_NAMES = ("Accept", "Accept-Language", "Content-Encoding", "X-HTTP-Method-Override", "Range")
HEADER_VALUES = ("*/*", "text/html", "a/b;q=x", "fa-IR,zz;q=9", "gzip", "DELETE", "bytes=9-", "")
HEADERS = st.dictionaries(st.sampled_from(HEADER_NAMES), st.sampled_from(HEADER_VALUES), max_size=3)
# Not the null character: the portal refuses it in any address, before the API.
QUERIES = st.dictionaries(
    st.sampled_from(["format", "lang", "version", "page", "_method", "ن"]),
    st.sampled_from(["json", "api", "۱", "%", "\x01"]),
    max_size=2,
)
BOUNDED = hypothesis_settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True, slots=True)
class Caller:
    """A person's browser, and whether its requests may succeed."""

    cookies: dict[str, str]
    headers: dict[str, str]
    signed_in: bool


@pytest.fixture
def caller(request: pytest.FixtureRequest, client: Client) -> Caller:
    if request.param == "visitor":
        return Caller({}, {}, signed_in=False)
    user: User = provision(request.getfixturevalue(request.param))
    stopped(user)
    client.force_login(user)
    token = str(client.get("/dashboard/").context["csrf_token"])
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    headers = {"X-CSRFToken": token, "Referer": settings.PORTAL_URL}
    return Caller(cookies, headers, signed_in=True)


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> BaseSchema:
    many = dict.fromkeys(ScopedRateThrottle.THROTTLE_RATES, "100000/min")
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", many)
    monkeypatch.setattr(throttles, "CHANGES", Rate(100_000, timedelta(minutes=1)))
    return schemathesis.openapi.from_wsgi("/api/schema/", application)


@pytest.mark.parametrize("method", OPERATIONS)
@pytest.mark.parametrize("caller", PERSONS, indirect=True)
def test_generated_requests_get_responses_of_the_schema(
    schema: BaseSchema, caller: Caller, workers: Any, method: str
) -> None:
    statuses = set()

    @BOUNDED
    @given(
        case=schema[PATH][method].as_strategy(),
        content_type=st.sampled_from(CONTENT_TYPES),
        body=BODIES,
        headers=HEADERS,
        query=QUERIES,
    )
    def call(case: Any, content_type: str, body: bytes, headers: Any, query: Any) -> None:
        # The caller of WSGI does not unpack: by default it offers gzip.
        plain = {"Content-Type": content_type, "Accept-Encoding": "identity"}
        sent = caller.headers | headers | plain
        response = case.call(headers=sent, cookies=caller.cookies, params=query, data=body)
        statuses.add(response.status_code)
        case.validate_response(response, checks=CHECKS)

    call()
    succeeded = {status for status in statuses if status < 300}
    assert succeeded == ({200 if method == "GET" else 202} if caller.signed_in else set())
