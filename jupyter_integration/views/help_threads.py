"""Pages of a user's own help requests: the list, and the thread of one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import AuthenticatedHttpRequest
from jupyter_integration.forms import FurtherMessageForm
from jupyter_integration.models import HelpRequest
from jupyter_integration.models.help_message import has_unread_answer
from jupyter_integration.services.read_thread import mark_answers_read, read_thread
from jupyter_integration.services.write_again import (
    ThreadFullError,
    TooManyMessagesError,
    write_again,
)
from jupyter_integration.views.login_required import login_required_htmx

MAX_LISTED = 100


@require_safe
@login_required_htmx
def list_help_requests(request: AuthenticatedHttpRequest) -> HttpResponse:
    own = HelpRequest.objects.filter(user=request.user).annotate(is_unread=has_unread_answer())
    return render(request, "help/requests.html", {"requests": own[:MAX_LISTED]})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required_htmx
def show_help_request(request: AuthenticatedHttpRequest, number: int) -> HttpResponse:
    """Show the thread of an own request, and store what its user writes there."""
    own = HelpRequest.objects.select_related("spawn_request")
    help_request = get_object_or_404(own, pk=number, user=request.user)
    if request.method != "POST":
        response = _show_thread(request, help_request, FurtherMessageForm())
        mark_answers_read(help_request=help_request)
        return response
    form = FurtherMessageForm(request.POST)
    if not form.is_valid():
        return _show_thread(request, help_request, form)
    try:
        write_again(help_request=help_request, text=form.cleaned_data["text"])
    except TooManyMessagesError:
        form.add_error(
            None, _("You have written several times within an hour. Please wait a little.")
        )
        return _show_thread(request, help_request, form, status=429)
    except ThreadFullError:
        form.add_error(
            None, _("This conversation has become very long. Please make a new request.")
        )
        return _show_thread(request, help_request, form)
    messages.success(request, _("Your message is recorded."))
    return redirect("help_request", number=help_request.pk)


def _show_thread(
    request: AuthenticatedHttpRequest,
    help_request: HelpRequest,
    form: FurtherMessageForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "asked": help_request,
        "thread": read_thread(help_request=help_request),
        "form": form,
    }
    return render(request, "help/thread.html", context, status=status)
