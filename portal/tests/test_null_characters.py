"""Null characters, which no text of PostgreSQL can hold."""

import pytest
from django.test import Client

from accounts.models import User

STARTS = "/admin/jupyter_integration/spawnrequest/"


@pytest.mark.parametrize(
    "address",
    [
        f"{STARTS}?state__exact=%00",
        f"{STARTS}?q=%00",
        f"{STARTS}?user__username=a%00b",
        "/admin/accounts/user/?language__exact=%00",
        "/admin/accounts/user/%00/change/",
        "/dashboard/?next=%00",
        "/accounts/login/?next=/%00",
    ],
)
def test_null_character_in_address_is_bad_request(
    client: Client, nasrin: User, address: str
) -> None:
    client.force_login(nasrin)

    assert client.get(address).status_code == 400


@pytest.mark.parametrize("name", ["shaparak_session", "shaparak_language", "messages"])
def test_null_character_in_cookie_is_bad_request(client: Client, db: None, name: str) -> None:
    """Python decodes "\\000" in a cookie's value."""
    response = client.get("/", headers={"cookie": rf'{name}="aaaaaaaaaa\000"'})

    assert response.status_code == 400
    assert 'lang="fa"' in response.content.decode()


def test_encoded_percent_sign_is_no_null_character(client: Client, sara: User) -> None:
    client.force_login(sara)

    assert client.get("/dashboard/?next=/user/sara/lab/tree/a%2500").status_code == 200
