"""What holds for every template and style sheet."""

import gzip
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory, override_settings
from django.utils import translation

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"
PAGES = sorted(TEMPLATES.rglob("*.html"))
SHEETS = sorted((STATIC / "portal").glob("*.css"))
SCRIPTS = sorted((STATIC / "portal").glob("*.js"))
DRAWINGS = sorted((STATIC / "portal").glob("*.svg"))


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    """The Content-Security-Policy would drop them."""
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|\shx-on", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert "src=" in script


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_compiles(path: Path) -> None:
    get_template(str(path.relative_to(TEMPLATES)))


@pytest.mark.parametrize("path", [*PAGES, *SHEETS, *SCRIPTS, *DRAWINGS], ids=named)
def test_nothing_is_asked_of_another_host(path: Path) -> None:
    addresses = re.findall(r"(?:https?:)?//[a-z0-9][a-z0-9.-]+\.[a-z]{2,}", path.read_text("utf-8"))
    assert set(addresses) <= {"http://www.w3.org"}


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_a_style_sheet_names_no_left_or_right(path: Path) -> None:
    """The page mirrors; `text-align: right` for what runs from left to right is the exception."""
    source = re.sub(r'\[dir="rtl"\] \.form-control \{[^}]*\}', "", path.read_text("utf-8"))
    physical = r"(margin|padding|border|inset)-(left|right)|[^-\w](left|right|width|height)\s*:"
    assert re.findall(physical, re.sub(r"\((max|min)-width:", "(", source)) == []
    assert not re.search(r"text-align:\s*(left|right)|float:\s*(left|right)", source)


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_movement_is_only_for_those_who_did_not_ask_for_rest(path: Path) -> None:
    source = path.read_text("utf-8")
    calm = re.sub(
        r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", "", source, flags=re.S
    )
    assert not re.search(r"animation:", calm)
    for transition in re.findall(r"transition:[^;]+;", calm):
        assert "var(--duration-short)" in transition or "var(--duration-long)" in transition


# --- Pages that are shown when something is broken ----------------------------------------------


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_an_error_page_needs_no_request_and_no_database(status: str, language: str) -> None:
    with translation.override(language):
        html = render_to_string(f"{status}.html")
    page = BeautifulSoup(html, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == language
    assert page.h1 is not None
    assert page.h1.get_text(strip=True)
    assert page.select_one("main a[href='/']")


def test_every_page_has_the_same_frame() -> None:
    request = RequestFactory().get("/")
    with translation.override("fa"):
        page = BeautifulSoup(render_to_string("landing.html", {}, request), "html.parser")
    first = page.select_one("body a")
    assert first is not None
    assert first["href"] == "#main"
    assert page.select_one("main#main h1")
    assert page.select_one("header nav[aria-label]")
    assert len(page.find_all("h1")) == 1


# --- What is vendored, what is downloaded --------------------------------------------------------


@pytest.mark.parametrize(
    "folder", [path for path in (STATIC / "vendor").iterdir() if path.is_dir()], ids=named
)
def test_what_is_vendored_has_its_licence_beside_it(folder: Path) -> None:
    assert any(path.name in ("LICENSE", "OFL.txt") for path in folder.iterdir())
    assert folder.name in (STATIC / "vendor/README.md").read_text("utf-8")


def test_static_files_can_be_given_hashed_names(tmp_path: Path) -> None:
    """A style sheet that names a file which is not there would end `make up`."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": f"{__name__}.OwnFilesOnly"},
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command(
            "collectstatic",
            interactive=False,
            verbosity=0,
            ignore_patterns=["admin", "rest*", "drf*"],
        )
    assert list(tmp_path.glob("portal/base.*.css"))
    hashed = next(tmp_path.glob("portal/tokens.*.css")).read_text("utf-8")
    assert re.search(r"vazirmatn-nl-wght\.[0-9a-f]{12}\.woff2", hashed)


class OwnFilesOnly(ManifestStaticFilesStorage):
    """The hashing of production without its compression, which takes ten seconds."""


def test_the_first_page_stays_light_on_a_phone() -> None:
    """What a phone downloads for the first page, compressed: 120 kilobytes at most."""
    with translation.override("fa"):
        html = render_to_string("landing.html", {}, RequestFactory().get("/"))
    total = len(gzip.compress(html.encode()))
    for address in set(re.findall(r'(?:href|src)="/static/([^"#]+)', html)):
        content = (STATIC / address).read_bytes()
        total += len(content) if address.endswith(".woff2") else len(gzip.compress(content))
    assert total < 120_000


# --- Contrast ------------------------------------------------------------------------------------


def tokens(scheme: str) -> dict[str, str]:
    source = (STATIC / "portal/tokens.css").read_text("utf-8")
    light, dark = source.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft") for ground in ("paper", "sheet", "sheet-sunk")],
    *[("ink", f"{colour}-soft") for colour in ("lapis", "turquoise", "saffron", "pomegranate")],
    *[(colour, ground) for colour in ("lapis", "lapis-deep") for ground in ("paper", "sheet")],
    *[(colour, f"{colour}-soft") for colour in ("lapis", "turquoise", "saffron", "pomegranate")],
    ("lapis", "sheet-sunk"),
    ("lapis-deep", "lapis-soft"),
    ("pomegranate", "sheet"),
    ("saffron", "sheet"),
    ("on-lapis", "lapis"),
    ("on-lapis", "lapis-deep"),
    ("on-pomegranate", "pomegranate"),
    ("on-pomegranate", "pomegranate-deep"),
]
SHAPES = [
    ("line-control", "sheet"),
    ("line-control", "sheet-sunk"),
    ("line-control", "paper"),
    ("wing-upper", "lapis-soft"),  # the progress bar on its ground
    ("sheet", "turquoise"),  # signs on their badges
    ("sheet", "saffron"),
    ("ink-soft", "line"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("one", "other"), TEXT)
def test_text_can_be_read(scheme: str, one: str, other: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[one], colours[other]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("one", "other"), SHAPES)
def test_shapes_can_be_told_from_their_ground(scheme: str, one: str, other: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours[one], colours[other]) >= 3
