"""Request types of views that only signed-in people reach."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """For annotations only: no request is ever an instance of this class."""

    user: User
    htmx: HtmxDetails
