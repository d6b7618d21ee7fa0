"""Addresses that browsers look up by themselves: manifest, icons, robots, service worker."""

import json
import struct
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from accounts.models import User

pytestmark = pytest.mark.django_db


def static_file(address: str) -> bytes:
    path = finders.find(address.removeprefix("/static/"))
    assert isinstance(path, str), address
    return Path(path).read_bytes()


def size_of_png(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def head_of(client: Client, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address).content, "html.parser")


@pytest.mark.parametrize(
    ("language", "name", "direction"), [("fa", "شاپرک", "rtl"), ("en", "Shaparak", "ltr")]
)
def test_manifest_is_in_the_language_of_page(
    client: Client, settings: Settings, language: str, name: str, direction: str
) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    link = head_of(client, "/").select_one("link[rel=manifest]")
    assert link is not None
    response = client.get(str(link["href"]))
    assert response.headers["Content-Type"] == "application/manifest+json"
    manifest = json.loads(response.content)
    assert (manifest["name"], manifest["lang"], manifest["dir"]) == (name, language, direction)
    assert manifest["start_url"] == "/dashboard/"


def test_icons_of_manifest_have_their_sizes(client: Client) -> None:
    icons = json.loads(client.get("/manifest-fa.webmanifest").content)["icons"]
    assert {icon["sizes"] for icon in icons} == {"192x192", "512x512"}
    assert [icon["purpose"] for icon in icons if "purpose" in icon] == ["maskable"]
    for icon in icons:
        width, height = size_of_png(static_file(icon["src"]))
        assert f"{width}x{height}" == icon["sizes"]


def test_page_has_icon_and_card_for_others(client: Client, settings: Settings) -> None:
    head = head_of(client, "/")
    touch_icon = head.select_one("link[rel=apple-touch-icon]")
    card = head.select_one("meta[property='og:image']")
    assert touch_icon is not None
    assert card is not None
    assert size_of_png(static_file(str(touch_icon["href"]))) == (180, 180)
    address = str(card["content"])
    assert address.startswith(f"{settings.PORTAL_URL}/static/")
    picture = static_file(address.removeprefix(settings.PORTAL_URL))
    assert size_of_png(picture) == (1200, 630)
    assert head.select_one("meta[name=description]")


def test_favicon_has_an_address_of_its_own(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert response.status_code == 302
    assert static_file(response.headers["Location"]).startswith(b"\x00\x00\x01\x00")


def test_search_engines_read_public_pages_only(client: Client) -> None:
    response = client.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain"
    lines = response.content.decode().splitlines()
    assert "Disallow: /" in lines
    assert "Allow: /help/" in lines


def test_password_managers_find_the_password_page(client: Client, sara: User) -> None:
    client.force_login(sara)
    response = client.get("/.well-known/change-password")
    assert response.status_code == 303
    assert client.get(response.headers["Location"]).status_code == 200


def test_service_worker_has_offline_page_and_is_revalidated(client: Client) -> None:
    response = client.get("/service-worker.js")
    assert response.headers["Content-Type"] == "text/javascript"
    assert response.headers["Cache-Control"] == "no-cache"
    assert json.dumps("اتصال برقرار نیست")[1:-1] in response.content.decode()


def test_switched_off_service_worker_removes_itself(client: Client, settings: Settings) -> None:
    settings.OFFLINE_PAGE = False
    assert 'const OFFLINE_PAGE = "";' in client.get("/service-worker.js").content.decode()
