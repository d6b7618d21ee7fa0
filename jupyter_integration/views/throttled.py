"""Rate limit of the buttons for each user, as the API has one for its calls."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from math import ceil

from django.http import HttpResponse
from django.shortcuts import render

from accounts.requests import AuthenticatedHttpRequest
from portal.limits.rates import Rate, take

AuthenticatedView = Callable[[AuthenticatedHttpRequest], HttpResponse]


CLICKS = Rate(60, timedelta(minutes=1))


def throttled(view: AuthenticatedView) -> AuthenticatedView:
    """Refuse the clicks of a user who has clicked too often, before they do any work."""

    @wraps(view)
    def check(request: AuthenticatedHttpRequest) -> HttpResponse:
        wait = take("server-action", f"account {request.user.pk}", CLICKS)
        if wait is None:
            return view(request)
        return _refuse(request, seconds=ceil(wait.total_seconds()))

    return check


def _refuse(request: AuthenticatedHttpRequest, *, seconds: int) -> HttpResponse:
    template = "portal/_too_many_requests.html" if request.htmx else "429.html"
    response = render(request, template, {"wait_seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    if request.htmx:  # the card stays as it is, and the sentence goes above it
        response["HX-Retarget"] = "#server-notice"
        response["HX-Reswap"] = "innerHTML"
    return response
