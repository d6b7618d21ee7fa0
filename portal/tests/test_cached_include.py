"""Cached includes: the same for all readers of a language, and nothing of a page in them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from portal.templatetags.cached_include import PageVariableError

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NAMES = sorted(
    {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% cached_include "([^"]+)" %}', page.read_text("utf-8"))
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_cached_include_speaks_the_language_of_each_reader(name: str) -> None:
    for language in ("fa", "en", "fa"):
        with translation.override(language):
            shown = Template(f'{{% cached_include "{name}" %}}').render(Context())
            assert shown == render_to_string(name)


@pytest.mark.parametrize(
    "source",
    ["{{ user }}", "{% if user.is_staff %}{% endif %}", "{% csrf_token %}"],
)
def test_variable_of_the_page_is_refused(source: str, settings, tmp_path: Path) -> None:
    (tmp_path / "personal.html").write_text(source)
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [tmp_path]}]

    with pytest.raises(PageVariableError):
        Template('{% cached_include "personal.html" %}').render(Context({"user": "sara"}))
