"""Presses of buttons have a limit for each person, as calls of the API have."""

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
    """REST framework's own counting, for a view of ours: of its request only the user is read."""

    scope = "server-action"

    def get_cache_key(self, request: Any, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.user.pk}


def throttled(view: AuthenticatedView) -> AuthenticatedView:
    """Refuse a press of somebody who has pressed too often, before it costs the database anything.

    Without the cache nobody is refused: it is a comfort for the others, and guards no secret.
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
