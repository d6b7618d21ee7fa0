"""Language and theme that a reader chooses in the menu or the footer."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def root_of(page) -> dict[str, str]:
    return dict(BeautifulSoup(page.content, "html.parser").html.attrs)


def test_menu_stores_language_with_account(client: Client, sara: User) -> None:
    client.force_login(sara)

    client.post("/language/", {"language": "en", "next": "/dashboard/"})

    sara.refresh_from_db()
    assert sara.language == "en"
    assert root_of(client.get("/dashboard/"))["lang"] == "en"


def test_unknown_language_leaves_account_alone(client: Client, sara: User) -> None:
    client.force_login(sara)

    client.post("/language/", {"language": "xx", "next": "/dashboard/"})

    sara.refresh_from_db()
    assert sara.language == "fa"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_chosen_theme_marks_every_page(client: Client, theme: str) -> None:
    answer = client.post("/theme/", {"theme": theme, "next": "/accounts/login/"})

    assert answer["Location"] == "/accounts/login/"
    assert root_of(client.get("/accounts/login/"))["data-theme"] == theme
    assert root_of(client.get("/no-such-page/"))["data-theme"] == theme


@pytest.mark.parametrize("theme", ["system", '"><script>', ""])
def test_any_other_theme_follows_system(client: Client, theme: str) -> None:
    client.post("/theme/", {"theme": "dark"})
    client.post("/theme/", {"theme": theme})

    assert "data-theme" not in root_of(client.get("/"))


def test_forged_theme_cookie_is_ignored(client: Client) -> None:
    client.cookies["shaparak_theme"] = "dark' onload='x"

    assert "data-theme" not in root_of(client.get("/"))


@pytest.mark.parametrize("address", ["https://example.org/", "//example.org/", "javascript:x"])
def test_theme_leads_to_no_other_site(client: Client, address: str) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": address})

    assert answer["Location"] == "/"


@pytest.mark.parametrize("address", ["/theme/", "/language/"])
def test_typed_address_of_preferences_leads_home(client: Client, address: str) -> None:
    answer = client.get(address, {"theme": "dark", "language": "en"})

    assert answer["Location"] == "/"
    assert not answer.cookies
