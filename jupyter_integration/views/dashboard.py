"""Dashboard, and its server card, which an open page polls."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.requests import AuthenticatedHttpRequest
from jupyter_integration.lab_interfaces import Interface
from jupyter_integration.lab_paths import is_of_another, own_lab_path
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.status.dashboard_data import DashboardData, read_dashboard_data
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.views.card_version import card_version
from jupyter_integration.views.first_steps import shows_first_steps
from jupyter_integration.views.interface_choice import chosen_interface
from jupyter_integration.views.login_required import login_required_htmx
from jupyter_integration.views.page_owner import reloads_page_of_another

CARD = "_server_card.html"
_VERSIONED = ("status", "next_path", "follow", "interface")


@require_safe
@login_required_htmx
@reloads_page_of_another
def show_dashboard(request: AuthenticatedHttpRequest) -> HttpResponse:
    data, context = _data_and_context(request)
    context |= {
        "version": _version(context),
        # Without the open start: the card shows it, and the two must not disagree.
        "recent_requests": [start for start in data.starts if not start.is_open],
        "is_first_start": any(start.is_open for start in data.starts),
        "help_requests": data.help_requests,
        "shows_first_steps": shows_first_steps(request, data.starts),
        "wanted_another": is_of_another(request.user.hub_username, request.GET.get("next", "")),
    }
    return render(request, "dashboard.html", context)


@require_safe
@login_required_htmx
@reloads_page_of_another
def show_server_card(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Return the card alone."""
    _data, context = _data_and_context(request)
    return card_response(request, context)


def card_context(
    status: ServerStatus, *, next_path: str, follow: str, interface: Interface | None
) -> dict[str, Any]:
    """Return what the card's template needs.

    `next_path` is the wanted page of the Lab. `interface` is the one chosen in this browser;
    without one the width of the screen decides. `follow` is the start that was requested on this
    very page: only such a page goes to the Lab by itself once the server is ready. A page that was
    left open, or opened again by "back", stays.
    """
    return {
        "status": status,
        "next_path": next_path,
        "follow": follow,
        "interface": interface or "",
    }


def card_response(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Return the card; a page that followed a start until it became ready also gets the event
    `lab-ready`.

    The page gets that event once, and a card that follows no start: on a slow day the way to the
    Lab takes longer than a second, and each poll would begin it again.

    A page that shows this very card (`seen`) gets 204 and the header that says when to poll again.
    """
    status: ServerStatus = context["status"]
    followed = context["follow"] == str(status.request_id)
    if status.state is ServerState.READY and followed and request.htmx:
        context = context | {"follow": ""}
        response = render(request, CARD, context | {"version": _version(context)})
        return trigger_client_event(response, "lab-ready", {"url": status.url}, after="swap")
    version = _version(context)
    if request.GET.get("seen") == version:
        return HttpResponse(status=204, headers={"Poll-After": str(status.poll_after)})
    return render(request, CARD, context | {"version": version})


def _data_and_context(request: AuthenticatedHttpRequest) -> tuple[DashboardData, dict[str, Any]]:
    next_path = own_lab_path(request.user.hub_username, request.GET.get("next", ""))
    data = read_dashboard_data(request.user.pk, next_path=next_path)
    refresh_if_stale(user=request.user, status=data.status)
    follow = request.GET.get("follow", "")
    context = card_context(
        data.status, next_path=next_path, follow=follow, interface=chosen_interface(request)
    )
    return data, context


def _version(context: dict[str, Any]) -> str:
    return card_version(**{name: context[name] for name in _VERSIONED})
