"""Outbox: mails that the mail server has not accepted yet."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self) -> "OutgoingMailQuerySet":
        """Return the mails whose next attempt is due."""
        return self.filter(not_before__lte=timezone.now())


class OutgoingMail(models.Model):
    """A mail in the outbox; the row is deleted as soon as the mail server accepts the mail.

    The outbox is a table and not the broker (docs/adr/0019): a mail survives a broker that is
    unavailable, and its links, which open an account, are stored in one place less.
    """

    subject = models.TextField()
    body = models.TextField()
    html = models.TextField(blank=True)
    sender = models.TextField()
    recipients = models.JSONField(default=list)
    reply_to = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    # Each attempt first moves it on: one of several workers sends the mail, and if that worker
    # dies, another retries later.
    not_before = models.DateTimeField(default=timezone.now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        # The outbox belonged to `accounts` before; renaming the table would stop workers of then.
        db_table = "accounts_outgoingmail"
        verbose_name = _("outgoing email")
        verbose_name_plural = _("outgoing emails")

    def __str__(self) -> str:
        return f"M{self.pk}"
