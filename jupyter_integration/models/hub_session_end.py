"""Hub user whose sessions in all browsers are to end."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jupyter_integration.models.leased import LeasedQuerySet, LeasedRow
from jupyter_integration.models.stop_request import StopRequest


class HubSessionEnd(LeasedRow):
    """Exists until the Hub has voided what browsers have of this user.

    Not a foreign key to the account: that may be deleted.
    """

    hub_username = models.CharField(_("name on the Hub"), max_length=30, primary_key=True)
    created_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    stop_reason = models.CharField(
        _("reason of the stop"),
        max_length=16,
        blank=True,
        choices=StopRequest.Reason,
        help_text=_("Why a running server is stopped as well; empty if it is not, or was already."),
    )

    objects = LeasedQuerySet.as_manager()

    class Meta:
        verbose_name = _("end of sessions")
        verbose_name_plural = _("ends of sessions")

    def __str__(self) -> str:
        return self.hub_username
