"""What holds for every page: where it is shown, and that browsers do not keep it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import add_never_cache_headers


class NeverOnTheHubsHostMiddleware:
    """Lead a browser that came by the Hub's host name to the portal's own.

    Cookies ignore ports: those of a portal at 127.0.0.1:8080 go to every notebook at
    127.0.0.1:8000. The Hub's own calls, and probes, may come by any name; they have no cookies.
    """

    WITHOUT_COOKIES = ("/health", "/identity/o/api/", "/.well-known/", "/hooks/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = urlsplit(f"//{request.get_host()}").hostname
        if host != urlsplit(settings.HUB_URL).hostname or request.path.startswith(
            self.WITHOUT_COOKIES
        ):
            return self.get_response(request)
        return HttpResponseRedirect(f"{settings.PORTAL_URL}{request.get_full_path()}")


class ContentSecurityPolicyMiddleware:
    """Tell browsers with every page to run nothing but what the portal itself serves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = settings.CONTENT_SECURITY_POLICY
        return response


class PrivatePagesAreNotStoredMiddleware:
    """Send `Cache-Control: no-store` with every page that a signed-in person gets: classroom
    machines are shared.

    This also keeps the "back" button from reviving a page whose server has long been stopped.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
