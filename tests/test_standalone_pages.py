"""Pages that need no other part: the Hub's error page, the edge's, and the one without network."""

import re
from pathlib import Path

import jinja2
import pytest
from bs4 import BeautifulSoup

from tests.reading import latin_words, words_of_page

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "jupyterhub" / "templates"
STYLE = (TEMPLATES / "error.css").read_text("utf-8")
EDGE_PAGE = (ROOT / "deploy/edge/pages/unavailable.html").read_text("utf-8")
OFFLINE_PAGE = (ROOT / "portal/offline.html").read_text("utf-8")
PORTAL = "https://portal.example.ir"


def hub_page(status_code: int, **variables: str) -> str:
    loader = jinja2.FileSystemLoader(TEMPLATES)
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("error.html")
    return template.render(status_code=status_code, portal_url=PORTAL, **variables)


PAGES = {"edge": EDGE_PAGE, **{str(code): hub_page(code) for code in (400, 403, 404, 500, 503)}}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_standalone_page_is_in_both_languages(page: str) -> None:
    soup = BeautifulSoup(page, "html.parser")
    english = soup.select_one("section[lang=en][dir=ltr]")

    assert (soup.html["lang"], soup.html["dir"]) == ("fa", "rtl")
    assert re.search("[آ-ی]", soup.h1.get_text())
    assert not re.search("[آ-ی]", english.get_text())
    assert english.h2.get_text() and english.a.get_text()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_persian_part_has_no_latin_word(page: str) -> None:
    assert latin_words(words_of_page(page)) == set()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_standalone_page_loads_nothing(page: str) -> None:
    assert not re.search(r"""(src|srcset)=|url\(|@import|<link""", page)


@pytest.mark.parametrize(("code", "offered"), [(400, True), (403, True), (404, False)])
def test_refused_person_can_change_account(code: int, offered: bool) -> None:
    assert (f'href="{PORTAL}/accounts/logout/"' in hub_page(code)) is offered


def test_hub_message_is_escaped() -> None:
    assert "<script>" not in hub_page(500, message="<script>alert(1)</script>")


@pytest.mark.parametrize("page", [EDGE_PAGE, OFFLINE_PAGE], ids=["edge", "offline"])
@pytest.mark.parametrize("shared", ["error.css", "butterfly.svg"])
def test_standalone_pages_share_one_style(page: str, shared: str) -> None:
    assert (TEMPLATES / shared).read_text("utf-8").strip() in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_standalone_pages_have_the_colours_of_the_portal(scheme: str) -> None:
    source = (ROOT / "static/portal/tokens.css").read_text("utf-8")
    light, dark = STYLE.split("@media", 1)
    own = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark))
    portal = dict(re.findall(rf"(--[a-z-]+):.*var\(--if-{scheme}, (#[0-9a-f]{{6}})\)", source))

    assert len(own) >= 10
    assert own == {name: portal[name] for name in own}
