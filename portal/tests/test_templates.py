"""Rules for all templates, style sheets and scripts."""

import gzip
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory, override_settings
from django.utils import translation

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"


def sources(folder: Path, pattern: str) -> dict[str, str]:
    """Return the text of each file in the folder, by its path from there."""
    return {
        str(path.relative_to(folder)): path.read_text("utf-8")
        for path in sorted(folder.rglob(pattern))
    }


PAGES = sources(TEMPLATES, "*.html")
SHEETS = sources(STATIC / "portal", "*.css")
SCRIPTS = sources(STATIC / "portal", "*.js")
DRAWINGS = sources(STATIC / "portal", "*.svg")


def test_no_template_has_inline_style_or_script() -> None:
    """The Content-Security-Policy would block them."""
    inline = r"<style|\sstyle=|\son[a-z]+=|javascript:|\shx-on|<script(?![^>]*src=)"
    found = {name: re.findall(inline, source) for name, source in PAGES.items()}
    assert {name: matches for name, matches in found.items() if matches} == {}


@pytest.mark.parametrize("name", PAGES)
def test_template_compiles(name: str) -> None:
    get_template(name)


def test_no_file_names_another_host() -> None:
    for name, source in (PAGES | SHEETS | SCRIPTS | DRAWINGS).items():
        addresses = re.findall(r"(?:https?:)?//[a-z0-9][a-z0-9.-]+\.[a-z]{2,}", source)
        # The second is an example in a help page, no link.
        assert set(addresses) <= {"http://www.w3.org", "https://mirror.example.ir"}, name


@pytest.mark.parametrize("name", SHEETS)
def test_style_sheet_names_no_left_or_right(name: str) -> None:
    """The page mirrors; `text-align: right` for text from left to right is the exception."""
    source = re.sub(r'\[dir="rtl"\] [^{]*\{\s*text-align: right;\s*\}', "", SHEETS[name])
    physical = r"(margin|padding|border|inset)-(left|right)|[^-\w](left|right|width|height)\s*:"
    assert re.findall(physical, re.sub(r"\((max|min)-width:", "(", source)) == []
    assert not re.search(r"text-align:\s*(left|right)|float:\s*(left|right)", source)


@pytest.mark.parametrize("name", SHEETS)
def test_animations_respect_reduced_motion(name: str) -> None:
    reduced = re.sub(
        r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", "", SHEETS[name], flags=re.S
    )
    assert not re.search(r"animation:", reduced)
    for transition in re.findall(r"transition:[^;]+;", reduced):
        assert "var(--duration-short)" in transition or "var(--duration-long)" in transition


# --- Pages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_error_page_needs_no_request_and_no_database(status: str, language: str) -> None:
    with translation.override(language):
        html = render_to_string(f"{status}.html")
    page = BeautifulSoup(html, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == language
    assert page.h1 is not None
    assert page.h1.get_text(strip=True)
    assert page.select_one("main a[href='/']")


def test_page_has_skip_link_navigation_and_one_heading() -> None:
    request = RequestFactory().get("/")
    with translation.override("fa"):
        page = BeautifulSoup(render_to_string("landing.html", {}, request), "html.parser")
    first = page.select_one("body a")
    assert first is not None
    assert first["href"] == "#main"
    assert page.select_one("main#main h1")
    assert page.select_one("header nav[aria-label]")
    assert len(page.find_all("h1")) == 1


# --- Static files -------------------------------------------------------------------------------


def test_vendored_folder_has_its_licence() -> None:
    readme = (STATIC / "vendor/README.md").read_text("utf-8")
    for folder in (path for path in (STATIC / "vendor").iterdir() if path.is_dir()):
        assert any((folder / name).exists() for name in ("LICENSE", "OFL.txt")), folder.name
        assert folder.name in readme


def test_static_files_get_hashed_names(tmp_path: Path) -> None:
    """The collection of static files fails if a style sheet names a missing file."""
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
    hashed = next(tmp_path.glob("portal/pages.*.css")).read_text("utf-8")
    assert re.search(r"vazirmatn-persian-wght\.[0-9a-f]{12}\.woff2", hashed)


class OwnFilesOnly(ManifestStaticFilesStorage):
    """Storage of production without its compression, which takes ten seconds."""


def test_landing_page_is_below_60_kilobytes() -> None:
    """The compressed size of the page with all its files."""
    with translation.override("fa"):
        html = render_to_string("landing.html", {}, RequestFactory().get("/"))
    total = len(gzip.compress(html.encode()))
    for address in set(re.findall(r'(?:href|src)="/static/([^"#]+)', html)):
        path = finders.find(address)
        assert isinstance(path, str), address
        content = Path(path).read_bytes()
        total += len(content) if address.endswith(".woff2") else len(gzip.compress(content))
    assert total < 60_000


# --- Contrast ------------------------------------------------------------------------------------


def tokens(scheme: str) -> dict[str, str]:
    """Return the colours of one scheme: a token names both, or one for either."""
    source = (STATIC / "portal/tokens.css").read_text("utf-8")
    both = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", source))
    return both | dict(re.findall(rf"--([a-z-]+):.*var\(--if-{scheme}, (#[0-9a-f]{{6}})\)", source))


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
    ("sheet", "turquoise"),  # icons on their badges
    ("sheet", "saffron"),
    ("ink-soft", "line"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (SHAPES, 3)], ids=["text", "shapes"])
def test_contrast_meets_wcag(scheme: str, pairs: list[tuple[str, str]], least: float) -> None:
    """WCAG 2.2, 1.4.3 for text and 1.4.11 for shapes."""
    colours = tokens(scheme)
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < least} == {}
