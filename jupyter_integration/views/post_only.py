"""Guard of the buttons' addresses: a form sends to them, and no page is there."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse

View = Callable[[HttpRequest], HttpResponse]


def post_only(view: View) -> View:
    """Send a browser that opens the address, as by a bookmark, to the dashboard.

    Django's `require_POST` returns an empty 405, which browsers show as a white page.
    """

    @wraps(view)
    def check(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            return view(request)
        if request.method in ("GET", "HEAD"):
            return HttpResponse(
                status=HTTPStatus.SEE_OTHER, headers={"Location": reverse("dashboard")}
            )
        return HttpResponseNotAllowed(["POST"])

    return check
