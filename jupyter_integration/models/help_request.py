"""Support request of a user: its first text, and the facts at the time of the request.

What is written afterwards are rows of HelpMessage.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models.shown_rows import ShownRowsQuerySet
from jupyter_integration.models.spawn_request import SpawnRequest
from jupyter_integration.server_states import ServerState

LONGEST_WORDS = 2000  # characters
LONGEST_BROWSER = 300

_SERVER_STATES = (
    (ServerState.STOPPED.value, pgettext_lazy("state of a server", "Stopped")),
    (ServerState.QUEUED.value, pgettext_lazy("state of a server", "Queued")),
    (ServerState.STARTING.value, pgettext_lazy("state of a server", "Starting")),
    (ServerState.READY.value, pgettext_lazy("state of a server", "Ready")),
    (ServerState.STOPPING.value, pgettext_lazy("state of a server", "Stopping")),
    (ServerState.FAILED.value, pgettext_lazy("state of a server", "Failed")),
    (ServerState.UNKNOWN.value, pgettext_lazy("state of a server", "Unknown")),
)


class HelpRequestState(models.TextChoices):
    UNANSWERED = "unanswered", _("Not answered yet")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", pgettext_lazy("state of a support request", "Closed")


class HelpRequestQuerySet(ShownRowsQuerySet["HelpRequest"]):
    def unanswered(self) -> Self:
        """Return those that wait for staff, also those whose user wrote again."""
        return self.filter(answered_at__isnull=True)

    def in_state(self, state: str) -> Self:
        if state == HelpRequestState.UNANSWERED:
            return self.unanswered()
        is_closed = state == HelpRequestState.CLOSED
        return self.filter(answered_at__isnull=False, closed_at__isnull=not is_closed)


class HelpRequest(models.Model):
    """Copies the facts instead of linking them, because starts and servers change afterwards.

    The state follows from two times. `answered_at` is empty while staff owe an answer: it is set
    with an answer or a closing, and emptied when the user writes again.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="help_requests",
        verbose_name=_("user"),
    )
    spawn_request = models.ForeignKey(
        SpawnRequest,
        null=True,
        on_delete=models.SET_NULL,
        related_name="help_requests",
        verbose_name=_("start"),
    )
    words = models.TextField(_("what the user wrote"), max_length=LONGEST_WORDS, blank=True)
    created_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    server_state = models.CharField(
        _("server state"),
        max_length=16,
        choices=_SERVER_STATES,
    )
    failure_code = models.CharField(
        _("reason"), max_length=32, choices=FailureCode.choices, blank=True
    )
    hub_words = models.TextField(_("message from JupyterHub"), blank=True)
    browser = models.CharField(_("browser"), max_length=LONGEST_BROWSER, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=User.Language)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("answered by"),
    )
    closed_at = models.DateTimeField(_("closed at"), null=True)

    State = HelpRequestState

    objects = HelpRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("support request")
        verbose_name_plural = _("support requests")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["user", "-id"], name="help_requests_of_a_user"),
            models.Index(
                fields=["-id"], condition=Q(answered_at__isnull=True), name="open_help_requests"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The short code that the user and staff know it by."""
        return f"H{self.pk}"

    @property
    def state(self) -> HelpRequestState:
        if self.answered_at is None:
            return HelpRequestState.UNANSWERED
        return HelpRequestState.CLOSED if self.closed_at else HelpRequestState.ANSWERED
