"""What the portal's addresses do not give out: echoes, lists of files, sources."""

import pytest
from django.test import Client

from portal import views


@pytest.mark.parametrize(
    "path", ["/", "/accounts/login/", "/api/v1/server/", "/static/", "/hooks/jupyterhub/", "/x"]
)
def test_trace_is_refused(client: Client, db: None, path: str) -> None:
    response = client.trace(path, headers={"cookie": "planted=secret"})

    assert response.status_code == 405
    assert b"secret" not in response.content


@pytest.mark.parametrize("path", ["/static/", "/static/portal/", "/templates/", "/locale/"])
def test_folders_are_not_listed(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/.env", "/static/../.env", "/static/%2e%2e/manage.py", "/portal/settings.py"],
)
def test_sources_are_not_served(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404


def test_error_page_shows_no_details(client: Client, db: None, monkeypatch, caplog) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("SELECT secret")

    monkeypatch.setattr(views, "render", fail)
    client.raise_request_exception = False

    response = client.get("/")

    assert response.status_code == 500
    assert "SELECT" not in response.content.decode()
    assert "SELECT secret" in caplog.text
