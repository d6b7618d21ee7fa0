"""With TLS at the edge: people are led to it, and those who are inside already are let through."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tls_at_the_edge(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True


def test_a_browser_without_tls_is_led_to_it(client: Client) -> None:
    answer = client.get("/accounts/login/")

    assert answer.status_code == 301
    assert answer["Location"].startswith("https://")


def test_a_browser_may_not_sign_in_to_the_hub_without_tls(client: Client) -> None:
    assert client.get("/identity/o/authorize").status_code == 301


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_probes_reach_this_process_without_tls(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_hub_itself_reaches_the_openid_provider_without_tls(client: Client) -> None:
    # Refused for want of a client, a token: but answered.
    assert client.post("/identity/o/api/token").status_code in (400, 401)
    assert client.get("/identity/o/api/userinfo").status_code in (400, 401, 403)
