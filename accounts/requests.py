"""The request as views see it that only signed-in people reach."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class SignedInRequest(HttpRequest):
    """For types only: no request is ever made of this class."""

    user: User
    htmx: HtmxDetails
