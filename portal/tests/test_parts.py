"""Parts that are put together once are the right ones for each reader."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.utils import translation

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(
    {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r"{% part ['\"]([^'\"]+)['\"] %}", page.read_text("utf-8"))
    }
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
