"""Views of the buttons: start, stop, cancel, open, open with."""

from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.requests import AuthenticatedHttpRequest
from jupyter_integration.lab_interfaces import Interface, in_interface
from jupyter_integration.lab_paths import default_lab_path, own_lab_path
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.request_spawn import AddressNotConfirmedError, request_spawn
from jupyter_integration.services.request_stop import request_cancel, request_stop
from jupyter_integration.status.queries import server_status
from jupyter_integration.views.dashboard import card_context, card_response
from jupyter_integration.views.interface_choice import chosen_interface, remember_interface
from jupyter_integration.views.login_required import login_required_htmx
from jupyter_integration.views.post_only import post_only
from jupyter_integration.views.throttled import throttled


@post_only
@login_required_htmx
@throttled
def start(request: AuthenticatedHttpRequest) -> HttpResponse:
    next_path = own_lab_path(request.user.hub_username, request.POST.get("next", ""))
    try:
        spawn = request_spawn(user=request.user, next_path=next_path)
    except AddressNotConfirmedError:
        return _ask_to_confirm(request)
    return _show(request, next_path=spawn.next_path, follow=str(spawn.pk))


@post_only
@login_required_htmx
@throttled
def stop(request: AuthenticatedHttpRequest) -> HttpResponse:
    request_stop(user=request.user, requested_by=request.user)
    return _show(request)


@post_only
@login_required_htmx
@throttled
def cancel(request: AuthenticatedHttpRequest) -> HttpResponse:
    if not request_cancel(user=request.user):
        if server_status(request.user).state is ServerState.STARTING:
            # Started outside the portal: no request of ours can be cancelled.
            request_stop(user=request.user, requested_by=request.user)
        else:
            messages.info(request, _("There was nothing to cancel any more."))
    return _show(request)


@require_safe
@login_required_htmx
def open_lab(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Send the browser to the user's Lab, through the Hub's sign-in.

    The interface is the one chosen in this browser. Without a choice it is Notebook on a narrow
    screen, and otherwise what the address says.

    The sign-in is needed even if the browser has a cookie of the Hub: on a shared machine it may be
    another person's. No server is started here: a GET changes nothing.
    """
    own_name = request.user.hub_username
    next_path = own_lab_path(own_name, request.GET.get("next", ""))
    status = server_status(request.user)
    if ServerState.READY not in (status.state, status.last_known):
        return _show(request, next_path=next_path)
    address = next_path or default_lab_path(own_name)
    interface = chosen_interface(request)
    if interface is None and request.GET.get("screen") == "narrow":
        interface = Interface.NOTEBOOK
    if interface is not None:
        address = in_interface(own_name, address, interface)
    target = urlencode({"next": address}, quote_via=quote)
    return HttpResponseRedirect(f"{settings.HUB_URL}/hub/oauth_login?{target}")


@post_only
@login_required_htmx
@throttled
def open_with(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Remember the chosen interface in this browser, and open it."""
    interface = Interface.named(request.POST.get("interface", ""))
    if interface is None:
        raise BadRequest("unknown interface")
    next_path = own_lab_path(request.user.hub_username, request.POST.get("next", ""))
    status = server_status(request.user, next_path=next_path)
    if request.htmx:
        context = card_context(status, next_path=next_path, follow="", interface=interface)
        response = card_response(request, context)
        if status.can_open:
            event = {"url": status.url, "chosen": True}
            trigger_client_event(response, "lab-ready", event, after="swap")
    else:
        response = redirect(status.url or reverse("server_open"))
    remember_interface(request, response, interface)
    return response


def _ask_to_confirm(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Lead to the page that sends the link again."""
    messages.warning(
        request,
        _(
            "Before your server starts, confirm your email address: open the link that we sent "
            "to it. Here we can send it again."
        ),
    )
    address = reverse("account_email")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _show(
    request: AuthenticatedHttpRequest, *, next_path: str = "", follow: str = ""
) -> HttpResponse:
    """Return the card to htmx, and redirect a plain form to the dashboard."""
    if request.htmx and request.method == "POST":
        status = server_status(request.user, next_path=next_path)
        interface = chosen_interface(request)
        context = card_context(status, next_path=next_path, follow=follow, interface=interface)
        return card_response(request, context)
    query = {key: value for key, value in (("next", next_path), ("follow", follow)) if value}
    address = reverse("dashboard")
    return redirect(f"{address}?{urlencode(query)}" if query else address)
