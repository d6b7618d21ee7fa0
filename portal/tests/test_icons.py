"""The icon tag and the sprite that it refers to."""

import re
from pathlib import Path
from xml.etree import ElementTree

from bs4 import BeautifulSoup
from django.conf import settings
from django.template import Context, Template

from jupyter_integration.server_states import ICON_WHILE_CHECKING, ICONS
from portal.help_pages import HELP_PAGES
from portal.templatetags.icons import DIRECTED

TEMPLATES = Path(settings.BASE_DIR) / "templates"
SPRITE = Path(settings.BASE_DIR) / "static/portal/icons.svg"
_NAMED_IN_TEMPLATE = re.compile(r"""{% icon "([^"]+)" %}|\sicon="([^"]+)\"""")


def names_in_sprite() -> list[str]:
    symbols = ElementTree.parse(SPRITE).getroot()
    return [symbol.attrib["id"] for symbol in symbols]


def test_sprite_holds_exactly_the_icons_in_use() -> None:
    used = {*ICONS.values(), ICON_WHILE_CHECKING, *(page.icon for page in HELP_PAGES)}
    for template in TEMPLATES.rglob("*.html"):
        used |= {a or b for a, b in _NAMED_IN_TEMPLATE.findall(template.read_text("utf-8"))}

    assert sorted(used) == sorted(names_in_sprite())
    assert used >= DIRECTED


def test_icon_uses_its_symbol_hidden_from_screen_readers() -> None:
    shown = Template('{% icon "back" %}{% icon "play" %}').render(Context())
    back, play = BeautifulSoup(shown, "html.parser").find_all("svg")

    assert back["class"] == ["icon", "icon--directed"]
    assert play["class"] == ["icon"]
    assert play["aria-hidden"] == "true"
    assert play.use["href"] == "/static/portal/icons.svg#play"
