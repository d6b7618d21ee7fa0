"""Mail on its way to the mail server."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self) -> "OutgoingMailQuerySet":
        return self.filter(not_before__lte=timezone.now())


class OutgoingMail(models.Model):
    """A mail that the mail server does not have yet; once it has, the row goes.

    Kept here and not in the broker: a mail outlives a broker that is away, and the links inside,
    which open an account, travel through one place less.
    """

    subject = models.TextField()
    body = models.TextField()
    html = models.TextField(blank=True)
    sender = models.TextField()
    recipients = models.JSONField(default=list)
    reply_to = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    # Moved on before each attempt: of many workers one sends it, and when that one dies another
    # tries later.
    not_before = models.DateTimeField(default=timezone.now, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        # Made while the outbox belonged to `accounts`; a rename would stop old workers.
        db_table = "accounts_outgoingmail"
        verbose_name = _("outgoing e-mail")
        verbose_name_plural = _("outgoing e-mails")

    def __str__(self) -> str:
        return f"M{self.pk}"
