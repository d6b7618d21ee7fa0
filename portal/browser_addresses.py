"""Addresses that browsers and other programs look up by themselves, without a link on a page."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DAY = 24 * 3600  # seconds
OFFLINE_PAGE = Path(__file__).with_name("offline.html")  # in both languages, with its style
ICON_SIZES = (192, 512)  # pixels

# Pages that a search engine would only find behind the sign-in.
ROBOTS = """User-agent: *
Allow: /$
Allow: /help/
Allow: /privacy/
Allow: /static/
Disallow: /
"""


@require_safe
@cache_control(public=True, max_age=DAY)
def show_manifest(request: HttpRequest, language: str) -> JsonResponse:
    """Return what a phone needs to install the portal. https://www.w3.org/TR/appmanifest/"""
    with translation.override(language):
        content = {
            "id": "/",
            "name": _("Shaparak"),
            "short_name": _("Shaparak"),
            "description": _("Your own JupyterLab, one click away"),
            "lang": language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "start_url": reverse("dashboard"),
            "scope": "/",
            # The Lab is on another host: people need a way back from it.
            "display": "minimal-ui",
            "theme_color": "#f6f4ee",
            "background_color": "#f6f4ee",
            "icons": [
                *(_icon(f"portal/icon-{size}.png", size) for size in ICON_SIZES),
                _icon("portal/icon-maskable-512.png", 512) | {"purpose": "maskable"},
            ],
        }
    response = JsonResponse(content, json_dumps_params={"ensure_ascii": False})
    response.headers["Content-Type"] = "application/manifest+json"
    return response


def _icon(path: str, size: int) -> dict[str, str]:
    return {"src": static(path), "sizes": f"{size}x{size}", "type": "image/png"}


@require_safe
@cache_control(no_cache=True)
def show_service_worker(request: HttpRequest) -> HttpResponse:
    """Return the script that shows the offline page, or one that removes itself."""
    page = OFFLINE_PAGE.read_text(encoding="utf-8") if settings.OFFLINE_PAGE else ""
    # json.dumps leaves "<" as it is: this is a script of its own, not part of a page.
    context = {"page": json.dumps(page)}
    return render(request, "portal/service_worker.js", context, content_type="text/javascript")


@require_safe
@cache_control(public=True, max_age=DAY)
def show_favicon(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(static("portal/favicon.ico"))


@require_safe
@cache_control(public=True, max_age=DAY)
def show_robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_safe
def lead_to_password_change(request: HttpRequest) -> HttpResponse:
    """Lead password managers to the page. https://w3c.github.io/webappsec-change-password-url/"""
    address = reverse("account_change_password")
    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": address})
