"""Answers of staff to help requests, and their reopening."""

import logging

from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HelpRequest

logger = logging.getLogger(__name__)


def mark_answered(*, help_request: HelpRequest, answered_by: User) -> bool:
    """Record who answered and when; return False if the request is answered already."""
    return _mark(help_request, is_open=True, answered_at=timezone.now(), answered_by=answered_by)


def mark_open(*, help_request: HelpRequest) -> bool:
    """Open the request again; return False if it is open already."""
    return _mark(help_request, is_open=False, answered_at=None, answered_by=None)


def _mark(help_request: HelpRequest, *, is_open: bool, **changes: object) -> bool:
    rows = HelpRequest.objects.filter(pk=help_request.pk, answered_at__isnull=is_open)
    if not rows.update(**changes):
        return False
    logger.info("%s: %s", help_request, "answered" if is_open else "open again")
    return True
