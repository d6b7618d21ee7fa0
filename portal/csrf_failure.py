"""Answer to a form whose token is of an earlier sign-in, or missing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as show_page


def refuse_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Reload a page whose button was clicked by htmx; show a page to all others.

    Each sign-in changes the token, so the tabs from before have an old one.
    """
    if "HX-Request" not in request.headers:
        return show_page(request, reason=reason)
    messages.warning(
        request,
        _(
            "You signed in or out in another tab meanwhile, so this page was loaded again. Nothing "
            "was changed: press the button once more."
        ),
    )
    return HttpResponse(status=403, headers={"HX-Refresh": "true"})
