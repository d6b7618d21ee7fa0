"""Middleware for all pages: host name, content security policy, no storing by browsers."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.utils.cache import add_never_cache_headers


class NoTraceMiddleware:
    """Answer 405 to TRACE, which may send a request's cookies back to a script."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return self.get_response(request)


class SeparateHostMiddleware:
    """Redirect a browser that used a host name of the Hub, or 127.0.0.1, to the portal's own.

    Cookies ignore ports: a browser sends those of a portal at hub.localhost:8080 to every notebook
    at hub.localhost:8000. The names of users' servers are below the Hub's. The Hub's own calls, and
    probes, may use any name: they carry no cookies.
    """

    PATHS_WITHOUT_COOKIES = ("/health", "/identity/o/api/", "/.well-known/", "/hooks/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(self.PATHS_WITHOUT_COOKIES) or not _is_of_the_hub(
            _host_name(request)
        ):
            return self.get_response(request)
        return HttpResponseRedirect(f"{settings.PORTAL_URL}{request.get_full_path()}")


def _host_name(request: HttpRequest) -> str:
    """Return the host name of the request. Django allows a final dot, as DNS and browsers do."""
    return (urlsplit(f"//{request.get_host()}").hostname or "").removesuffix(".")


def _is_of_the_hub(host: str) -> bool:
    """Return whether the Hub's proxy may answer under this host name, on its own port."""
    if host == urlsplit(settings.PORTAL_URL).hostname:
        return False
    hub = urlsplit(settings.HUB_URL).hostname or ""
    return host in (hub, "127.0.0.1") or host.endswith(f".{hub}")


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
        if (
            request.path.startswith(self.INSIDE)
            and _host_name(request) == urlsplit(settings.PORTAL_URL).hostname
            and not settings.TRIAL
        ):
            raise Http404
        return self.get_response(request)


class NoNullCharactersMiddleware:
    """Answer 400 to a null character in an address or a cookie.

    Forms refuse it, but filters of the admin and the store of sessions pass such values to the
    database, and PostgreSQL has no text with it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The path is decoded already, the query is not.
        in_address = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if in_address or any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("null character in the address or a cookie")
        return self.get_response(request)


class ContentSecurityPolicyMiddleware:
    """Allow browsers to load and run only what the portal itself serves, and to use no devices."""

    # Features that a page asks for by itself if nothing forbids them; names of the W3C's registry.
    UNUSED_FEATURES = (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.permissions = ", ".join(f"{feature}=()" for feature in self.UNUSED_FEATURES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
            # Sign-in and sign-out forms redirect to the Hub, sign-in also to a Lab: browsers apply
            # form-action to that.
            f"frame-ancestors 'none'; form-action 'self' {_hub_sources()}"
        )
        response.headers["Permissions-Policy"] = self.permissions
        return response


def _hub_sources() -> str:
    """Return the Hub's origin, and those of users' servers, for the policy."""
    hub_url: str = settings.HUB_URL
    hub = urlsplit(hub_url)
    return f"{hub_url} {hub.scheme}://*.{hub.netloc}" if settings.LAB_SUBDOMAINS else hub_url


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
