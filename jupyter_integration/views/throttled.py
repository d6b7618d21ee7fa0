"""Rate limit of the buttons for each user, as the API has one for its calls."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import render
from rest_framework.throttling import SimpleRateThrottle

from accounts.requests import AuthenticatedHttpRequest

AuthenticatedView = Callable[[AuthenticatedHttpRequest], HttpResponse]


class ServerActionThrottle(SimpleRateThrottle):
    """REST framework's throttle for our views. It reads nothing of the request but the user."""

    scope = "server-action"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


def throttled(view: AuthenticatedView) -> AuthenticatedView:
    """Refuse the clicks of a user who has clicked too often, before they reach the database.

    Without the cache no click is refused: the limit is for others' comfort and guards no secret.
    """

    @wraps(view)
    def check(request: AuthenticatedHttpRequest) -> HttpResponse:
        throttle = ServerActionThrottle()
        if throttle.allow_request(cast(Any, request), cast(Any, None)):
            return view(request)
        return _refuse(request, seconds=ceil(throttle.wait() or 60))

    return check


def _refuse(request: AuthenticatedHttpRequest, *, seconds: int) -> HttpResponse:
    template = "portal/_too_many_requests.html" if request.htmx else "429.html"
    response = render(request, template, {"wait_seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    if request.htmx:  # the card stays as it is, and the sentence goes above it
        response["HX-Retarget"] = "#server-notice"
        response["HX-Reswap"] = "innerHTML"
    return response
