"""Guard of a page's own requests: the person signed in now may not be the page's any more."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpResponse
from django_htmx.http import HttpResponseClientRefresh

from accounts.requests import AuthenticatedHttpRequest

AuthenticatedView = Callable[[AuthenticatedHttpRequest], HttpResponse]


def reloads_page_of_another(view: AuthenticatedView) -> AuthenticatedView:
    """Reload an open page that greets one person while another one signed in meanwhile.

    The page names its person in `of`. Otherwise the next card would be another person's.
    """

    @wraps(view)
    def check(request: AuthenticatedHttpRequest) -> HttpResponse:
        if request.htmx and request.GET.get("of", str(request.user.pk)) != str(request.user.pk):
            return HttpResponseClientRefresh()
        return view(request)

    return check
