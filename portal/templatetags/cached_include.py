"""Cached include: a template without variables of its page, rendered once in each language.

The head, the footer and the fixed texts of the dashboard are a tenth of the time of the whole page.
"""

from functools import cache
from typing import Any, NoReturn, cast

from django import template
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.safestring import SafeString

register = template.Library()


class PageVariableError(Exception):
    """A cached template read a variable of its page: all would see the first reader's value."""


class _WithoutPage(Context):
    """Context that holds only what the template sets itself and refuses every other name."""

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if key in self else self._refuse(key)

    def get(self, key: Any, otherwise: Any | None = None) -> Any | None:
        return super().get(key, otherwise) if key in self else self._refuse(key)

    def _refuse(self, key: Any) -> NoReturn:
        raise PageVariableError(f"Use include, not cached_include: the template reads {key!r}.")


def _render(name: str, language: str | None) -> SafeString:
    with translation.override(language):
        # The backend's own render() would make a context of its own.
        return cast(SafeString, cast(Any, get_template(name)).template.render(_WithoutPage()))


_cached_render = cache(_render)


@register.simple_tag
def cached_include(name: str) -> SafeString:
    """Return the rendered template; keep it as long as the process runs.

    Raises `PageVariableError` if the template reads a variable that it does not set itself.
    """
    render = _render if settings.DEBUG else _cached_render
    return render(name, translation.get_language())
