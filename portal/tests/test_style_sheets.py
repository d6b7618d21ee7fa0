"""Style sheets and the classes of templates: each has the other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from accounts.models import User
from portal.bundles import BUNDLES, concatenate

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
ADMIN_ONLY = {"portal/admin.css", "portal/admin_help.css", "portal/system_state.css"}


def read(folder: Path, pattern: str) -> str:
    return "\n".join(
        path.read_text("utf-8")
        for path in sorted(folder.rglob(pattern))
        if "tests" not in path.parts
    )


def defined_in(css: str) -> set[str]:
    """Return the classes that selectors of a style sheet name."""
    without_comments = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    selectors = re.sub(r"\{[^{}]*\}", "{}", without_comments)
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))


def used_in(template: str) -> Iterator[str]:
    """Yield the classes in a template; of `notice--{{ level }}` the part before the variable."""
    plain = re.sub(r"\{%.*?%\}", " ", template, flags=re.DOTALL)
    plain = re.sub(r"\{\{.*?\}\}", "…", plain, flags=re.DOTALL)
    for attribute in re.findall(r'\sclass="([^"]*)"', plain):
        yield from filter(None, (name.split("…")[0] for name in attribute.split()))
    for block in re.findall(r"\{% block column_width %\}([^{]*)\{% endblock", template):
        yield from block.split()


def used_in_code(source: str) -> set[str]:
    """Return the classes that a script or a Python module sets."""
    names = r"""["']([\w -]+)["']"""
    values = re.findall(
        r'(?:className = |css_class = |"class": |class=|classList\.\w+\()' + names, source
    )
    return {name for value in values for name in value.split()}


PORTAL_PAGES = [path for path in ROOT.glob("templates/**/*.html") if "admin" not in path.parts]
ADMIN_PAGES = list(ROOT.glob("templates/admin/**/*.html"))
PORTAL_SHEET = concatenate("portal/pages.css")
ADMIN_SHEETS = "\n".join(
    [(STATIC / name).read_text("utf-8") for name in (*sorted(ADMIN_ONLY), "portal/thread.css")]
    + [read(Path(admin.__file__).parent / "static/admin/css", "*.css")]
)


@pytest.mark.parametrize("path", PORTAL_PAGES, ids=lambda path: path.name)
def test_portal_template_uses_known_classes(path: Path) -> None:
    used = set(used_in(path.read_text("utf-8")))
    assert missing(used, PORTAL_SHEET) == set()


@pytest.mark.parametrize("path", ADMIN_PAGES, ids=lambda path: path.name)
def test_admin_template_uses_known_classes(path: Path) -> None:
    django_admin = read(Path(admin.__file__).parent / "templates", "*.html")
    used = set(used_in(path.read_text("utf-8"))) - set(used_in(django_admin))
    assert missing(used, ADMIN_SHEETS) == set()


def test_scripts_and_modules_use_known_classes() -> None:
    modules = [read(ROOT / app, "*.py") for app in ("accounts", "jupyter_integration", "portal")]
    used = used_in_code("\n".join([read(STATIC / "portal", "*.js"), *modules]))
    assert {"form-control", "icon", "visually-hidden"} <= used
    assert missing(used, PORTAL_SHEET + ADMIN_SHEETS) == set()


def test_every_class_with_a_rule_is_used() -> None:
    pages = "\n".join(path.read_text("utf-8") for path in PORTAL_PAGES)
    modules = read(ROOT / "accounts", "*.py") + read(ROOT / "portal", "*.py")
    used = set(used_in(pages)) | used_in_code(modules + read(STATIC / "portal", "*.js"))
    beginnings = tuple(name for name in used if name.endswith("-"))
    unused = {name for name in defined_in(PORTAL_SHEET) - used if not name.startswith(beginnings)}
    assert unused == set()


def missing(used: set[str], css: str) -> set[str]:
    """Return the used classes without a rule. One ending with "-" is the beginning of several."""
    defined = defined_in(css)
    return {
        name
        for name in used - defined
        if not (name.endswith("-") and any(known.startswith(name) for known in defined))
    }


def test_each_own_style_sheet_is_in_the_bundle() -> None:
    """Except those of the admin, which has a page frame of its own."""
    sheets = {f"portal/{path.name}" for path in (STATIC / "portal").glob("*.css")}
    assert sheets - ADMIN_ONLY == set(BUNDLES["portal/pages.css"])


def test_changed_source_changes_the_bundle(tmp_path: Path) -> None:
    source = tmp_path / "static" / "one.css"
    source.parent.mkdir()
    source.write_text("a { color: red; }", "utf-8")
    bundles = {"portal/pages.css": ("one.css",)}
    with override_settings(BASE_DIR=tmp_path), pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.bundles.BUNDLES", bundles)
        bundle = finders.find("portal/pages.css")
        assert isinstance(bundle, str)
        source.write_text("a { color: blue; }", "utf-8")
        finders.find("portal/pages.css")
        content = Path(bundle).read_text("utf-8")
    assert "blue" in content
    assert "red" not in content


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/accounts/signup/", "/help/", "/dashboard/", "/no-page"])
def test_page_loads_one_sheet_and_one_script(client: Client, sara: User, address: str) -> None:
    if address == "/dashboard/":
        client.force_login(sara)
    page = BeautifulSoup(client.get(address).content, "html.parser")
    assert len(page.select("link[rel=stylesheet]")) == 1
    assert len(page.select("script")) == 1
    assert len(page.select("link[rel=preload]")) == 1
