"""Hub user whose sessions in all browsers are to end."""

from django.db import models

from jupyter_integration.models.leased import LeasedQuerySet, LeasedRow
from jupyter_integration.models.stop_request import StopRequest


class HubSessionEnd(LeasedRow):
    """Exists until the Hub has voided what browsers have of this user.

    Not a foreign key to the account: that may be deleted.
    """

    hub_username = models.CharField(max_length=30, primary_key=True)
    created_at = models.DateTimeField(auto_now_add=True)
    stop_reason = models.CharField(
        max_length=16,
        blank=True,
        choices=StopRequest.Reason,
        help_text="Why a running server is stopped as well; empty if it is not, or was already.",
    )

    objects = LeasedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.hub_username
