"""Parts that are put together once are the right ones for each reader."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.utils import translation

from jupyter_integration.templatetags import server_states

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(
    {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r"{% part ['\"]([^'\"]+)['\"] %}", page.read_text("utf-8"))
    }
)
ICONS = sorted(
    {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r"{% icon ['\"]([^'\"]+)['\"] %}", page.read_text("utf-8"))
    }.union(server_states.ICONS.values(), {server_states.ICON_WHILE_CHECKING})
)
LOOKS_AT_THE_PAGE = r"{{|{% (?:if|for|with|include|csrf_token)\b"


@pytest.mark.parametrize("name", NAMES)
def test_a_part_knows_nothing_of_its_page(name: str) -> None:
    source = get_template(name).template.source
    known = {"LANGUAGE_BIDI", "idle"}  # of its language, and of the settings
    looks = re.findall(rf"(?:{LOOKS_AT_THE_PAGE})\s*(\w*)", source)

    assert set(looks) <= known


@pytest.mark.parametrize("name", NAMES)
def test_a_part_is_in_the_language_of_each_reader(name: str) -> None:
    for language in ("fa", "en", "fa"):
        with translation.override(language):
            shown = Template(f'{{% part "{name}" %}}').render(Context())
            assert shown == render_to_string(name)


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_drawn_and_not_written_out(name: str) -> None:
    shown = Template(f'{{% icon "{name}" %}}').render(Context())

    assert shown == (TEMPLATES / "icons" / f"{name}.svg").read_text("utf-8")


def test_every_icon_is_used() -> None:
    assert {path.stem for path in (TEMPLATES / "icons").iterdir()} == set(ICONS)
