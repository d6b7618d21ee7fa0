"""First steps on the dashboard of a new person, and the button that dismisses them."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.requests import AuthenticatedHttpRequest
from accounts.services.dismiss_first_steps import dismiss_first_steps
from jupyter_integration.models import SpawnRequest
from jupyter_integration.views.login_required import login_required_htmx
from jupyter_integration.views.post_only import post_only


def shows_first_steps(request: AuthenticatedHttpRequest, starts: list[SpawnRequest]) -> bool:
    """Return whether the person may still be new: until the second start, or the dismissal."""
    return len(starts) < 2 and not request.user.first_steps_dismissed


@post_only
@login_required_htmx
def dismiss(request: AuthenticatedHttpRequest) -> HttpResponse:
    dismiss_first_steps(user=request.user)
    if request.htmx:
        return HttpResponse()
    return redirect(reverse("dashboard"))
