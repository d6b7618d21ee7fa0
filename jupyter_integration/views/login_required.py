"""Login guard of the pages of servers, which also knows htmx."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.requests import AuthenticatedHttpRequest

Address = ParamSpec("Address")
"""Arguments that the parts of an address add to a view."""


def login_required_htmx(
    view: Callable[Concatenate[AuthenticatedHttpRequest, Address], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Address], HttpResponse]:
    """Send visitors to sign in, and from there to a page. The way back never leads to a fragment or
    a form's address, where a browser would find half a page or none.
    """

    @wraps(view)
    def check(
        request: HttpRequest, /, *parts: Address.args, **named: Address.kwargs
    ) -> HttpResponse:
        if request.user.is_authenticated:
            return view(cast(AuthenticatedHttpRequest, request), *parts, **named)
        address = f"{reverse('account_login')}?{urlencode({'next': _page_of(request)})}"
        if _htmx(request):
            # htmx would put the page that a redirect leads to into the place of the card.
            return HttpResponseClientRedirect(address)
        return redirect(address)

    return check


def _page_of(request: HttpRequest) -> str:
    """Return the page that the visitor is on, as far as it is known."""
    if htmx := _htmx(request):
        return htmx.current_url_abs_path or reverse("dashboard")
    if request.method != "POST":
        return request.get_full_path()
    next_path = request.POST.get("next", "")
    page = reverse("dashboard")
    return f"{page}?{urlencode({'next': next_path})}" if next_path else page


def _htmx(request: HttpRequest) -> HtmxDetails:
    return cast(AuthenticatedHttpRequest, request).htmx
