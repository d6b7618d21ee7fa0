"""The request as views see it that only signed-in people reach."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """For types only: no request is ever made of this class."""

    user: User
    htmx: HtmxDetails
    found: Mapping[str, Any]
    """What the cache has of this person (accounts/remembered_user.py), where it was read."""
