"""The dashboard, and the card in it that asks for itself again and again."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.requests import AuthenticatedHttpRequest
from jupyter_integration.lab_paths import own_lab_path
from jupyter_integration.server_states import ServerState
from jupyter_integration.services.refresh_if_stale import refresh_if_stale
from jupyter_integration.status.dashboard_data import DashboardData, read_dashboard_data
from jupyter_integration.status.queries import server_status
from jupyter_integration.status.server_status import ServerStatus
from jupyter_integration.views.card_version import card_version
from jupyter_integration.views.login_required import login_required_htmx

CARD = "_server_card.html"


@require_safe
@login_required_htmx
def show_dashboard(request: AuthenticatedHttpRequest) -> HttpResponse:
    facts = read_dashboard_data(request.user.pk, with_help_requests=True)
    context = card_context(request, facts)
    context["version"] = _version(context)
    context["recent_requests"] = facts.recent.starts
    context["help_requests"] = facts.help_requests
    return render(request, "dashboard.html", context)


@require_safe
@login_required_htmx
def show_server_card(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Answer the card alone; a page that followed a start goes to the Lab once it is ready."""
    return answer_card(request, card_context(request, read_dashboard_data(request.user.pk)))


def card_context(request: AuthenticatedHttpRequest, facts: DashboardData) -> dict[str, Any]:
    """Return what the card needs: the status, where to go in the Lab, and which start it follows.

    `follow` is the start that was pressed on this very page. Only such a page goes to the Lab by
    itself; one that was merely left open, or opened again by "back", stays.
    """
    next_path = own_lab_path(request.user.hub_username, request.GET.get("next", ""))
    status = server_status(
        request.user, next_path=next_path, recent=facts.recent, reading=facts.reading
    )
    refresh_if_stale(user=request.user, status=status)
    return {"status": status, "next_path": next_path, "follow": request.GET.get("follow", "")}


def answer_card(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer with the card, and tell a page whose start became ready to go to the Lab.

    Once: the card that comes with it follows no start any more. Asking again each second would
    begin the way to the Lab anew each second, and on a slow day it takes longer than that.

    A page that shows this very card already (`seen`) gets 204, and when to ask again.
    """
    status: ServerStatus = context["status"]
    followed = context["follow"] == str(status.request_id)
    if status.state is ServerState.READY and followed and request.htmx:
        context = context | {"follow": ""}
        response = render(request, CARD, context | {"version": _version(context)})
        return trigger_client_event(response, "lab-ready", {"url": status.url}, after="swap")
    version = _version(context)
    if request.GET.get("seen") == version:
        return HttpResponse(status=204, headers={"Ask-Again-After": str(status.poll_after)})
    return render(request, CARD, context | {"version": version})


def _version(context: dict[str, Any]) -> str:
    return card_version(context["status"], next_path=context["next_path"], follow=context["follow"])
