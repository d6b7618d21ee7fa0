"""Hub user to be deleted, because the account was made inactive or deleted."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jupyter_integration.models.leased import LeasedQuerySet, LeasedRow


class HubRevocation(LeasedRow):
    """Exists until the Hub has stopped the server and deleted the user. Files are not deleted.

    Not a foreign key to the account: that may be deleted.
    """

    hub_username = models.CharField(_("name on the Hub"), max_length=30, primary_key=True)
    created_at = models.DateTimeField(_("requested at"), auto_now_add=True)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        verbose_name = _("access revocation")
        verbose_name_plural = _("access revocations")

    def __str__(self) -> str:
        return self.hub_username
