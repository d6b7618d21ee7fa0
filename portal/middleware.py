"""Middleware for all pages: host name, content security policy, no storing by browsers."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers


class SeparateHostMiddleware:
    """Redirect a browser that used the Hub's host name to the portal's own.

    Cookies ignore ports: a browser sends those of a portal at 127.0.0.1:8080 to every notebook at
    127.0.0.1:8000. The Hub's own calls, and probes, may use any name: they carry no cookies.
    """

    PATHS_WITHOUT_COOKIES = ("/health", "/identity/o/api/", "/.well-known/", "/hooks/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = urlsplit(f"//{request.get_host()}").hostname
        if host != urlsplit(settings.HUB_URL).hostname or request.path.startswith(
            self.PATHS_WITHOUT_COOKIES
        ):
            return self.get_response(request)
        return HttpResponseRedirect(f"{settings.PORTAL_URL}{request.get_full_path()}")


class InsidePathsMiddleware:
    """Return 404 to browsers for paths that only the Hub, the edge and monitoring use.

    Calls from inside use another name, such as `portal` or 127.0.0.1. Proxies in front of the
    portal need no rule of their own: an Ingress cannot refuse a path. The trial mode has one name
    for both.
    """

    INSIDE = ("/health/", "/hooks/", "/edge/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = urlsplit(f"//{request.get_host()}").hostname
        if (
            request.path.startswith(self.INSIDE)
            and host == urlsplit(settings.PORTAL_URL).hostname
            and not settings.TRIAL
        ):
            raise Http404
        return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Allow browsers to load and run only what the portal itself serves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
            # Sign-in and sign-out forms redirect to the Hub: browsers apply form-action to that.
            f"frame-ancestors 'none'; form-action 'self' {settings.HUB_URL}"
        )
        return response


class NoStoreMiddleware:
    """Send `Cache-Control: no-store` with each page of a signed-in person.

    Computers in classrooms are shared. It also prevents that the "back" button shows a page whose
    server stopped long ago.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
