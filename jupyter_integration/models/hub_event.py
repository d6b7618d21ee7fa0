"""Events that the Hub sends to the webhook: each one once, as a hint to read the Hub again."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVENT_RETENTION = timedelta(days=90)


class HubEvent(models.Model):
    """An event as received. Order is not guaranteed, and some events are never sent.

    Not a foreign key to the account: the Hub may have users that the portal does not know.
    """

    class Kind(models.TextChoices):
        """The kinds of jupyterhub/portal_events.py; an unknown kind is stored as well."""

        SERVER_STARTED = "server.started", pgettext_lazy("event", "Server started")
        START_FAILED = "server.start_failed", pgettext_lazy("event", "Start failed")
        STOPPED = "server.stopped", pgettext_lazy("event", "Server stopped on request")
        ENDED_WITH_HUB = (
            "server.ended_with_hub",
            pgettext_lazy("event", "Server stopped with JupyterHub"),
        )
        EXITED = "server.exited", pgettext_lazy("event", "Server process stopped by itself")

    message_id = models.CharField(_("number"), max_length=255, primary_key=True)
    kind = models.CharField(_("event"), max_length=64, choices=Kind)
    hub_username = models.CharField(_("name on the Hub"), max_length=255)
    server_name = models.CharField(max_length=255, blank=True, editable=False)
    happened_at = models.DateTimeField(_("happened at"))
    received_at = models.DateTimeField(_("received at"), auto_now_add=True, db_index=True)
    exit_status = models.PositiveSmallIntegerField(
        _("exit status"),
        null=True,
        help_text=_("Exit status of the server's process: 128 + N for signal N."),
    )
    reason = models.CharField(
        _("reason"),
        max_length=64,
        blank=True,
        db_default="",
        help_text=_("As Kubernetes names it."),
    )
    message = models.CharField(
        _("message of Kubernetes"), max_length=255, blank=True, db_default=""
    )
    last_activity = models.DateTimeField(_("last activity at"), null=True)

    class Meta:
        verbose_name = _("JupyterHub event")
        verbose_name_plural = _("JupyterHub events")
        ordering = ("-received_at",)
        indexes = [
            models.Index(fields=["hub_username", "-happened_at"], name="last_event_of_a_hub_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.hub_username}"
