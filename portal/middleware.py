"""Pages of a signed-in person are not kept by browsers: classroom machines are shared."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers


class PrivatePagesAreNotStoredMiddleware:
    """Send `Cache-Control: no-store` with every page that a signed-in person gets.

    This also keeps the "back" button from reviving a page whose server has long been stopped.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
