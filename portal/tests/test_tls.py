"""TLS at the edge: people are redirected to it, calls from inside the host are not."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tls_at_the_edge(settings) -> None:
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.parametrize("path", ["/accounts/login/", "/identity/o/authorize"])
def test_browser_without_tls_is_redirected(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 301
    assert response["Location"].startswith("https://")


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_probes_need_no_tls(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_hub_reaches_openid_provider_without_tls(client: Client) -> None:
    # Refused without a client and a token, but not redirected.
    assert client.post("/identity/o/api/token").status_code in (400, 401)
    assert client.get("/identity/o/api/userinfo").status_code in (400, 401, 403)
