"""Request to start a server: its state, its progress and its outcome."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jupyter_integration.failures.catalogue import Failure, explain
from jupyter_integration.failures.classify import message_of_hook
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models.leased import UserRequest, UserRequestQuerySet


class SpawnRequestQuerySet(UserRequestQuerySet["SpawnRequest"]):  # type: ignore[override]
    def open(self) -> Self:
        return self.filter(state__in=SpawnRequest.OPEN_STATES)

    def wanted(self) -> Self:
        """Open requests that were not cancelled."""
        return self.open().filter(cancel_requested_at__isnull=True)

    def cancelling(self) -> Self:
        return self.open().filter(cancel_requested_at__isnull=False)

    def waiting_for_slot(self) -> Self:
        """Requests that wait for a slot, the oldest first."""
        return self.wanted().filter(slot__isnull=True).order_by("pk")

    def in_flight(self) -> Self:
        """Requests that hold a slot, with or without a worker that follows them now."""
        return self.filter(slot__isnull=False)


class SpawnRequest(UserRequest):
    """A start that a user requested.

    Its state does not show whether a server runs now: only the Hub knows that.
    """

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("state of a start", "Queued")
        STARTING = "starting", pgettext_lazy("state of a start", "Starting")
        READY = "ready", pgettext_lazy("state of a start", "Ready")
        FAILED = "failed", pgettext_lazy("state of a start", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("state of a start", "Cancelled")

    OPEN_STATES = (State.QUEUED, State.STARTING)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="spawn_requests",
        verbose_name=_("user"),
    )
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    posted_at = models.DateTimeField(
        _("sent to the Hub at"), null=True, help_text=_("When the start was first sent to the Hub.")
    )
    finished_at = models.DateTimeField(_("ended at"), null=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested at"), null=True)
    slot = models.PositiveSmallIntegerField(
        _("slot"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("The number of the slot that it holds."),
    )
    taken_up_at = models.DateTimeField(
        _("left the queue at"),
        null=True,
        editable=False,
        help_text=_("When it first left the queue."),
    )
    progress = models.PositiveSmallIntegerField(_("progress (percent)"), default=0)
    message = models.TextField(
        _("last message"), blank=True, help_text=_("The Hub's last message, unchanged.")
    )
    failure_code = models.CharField(
        _("reason"), max_length=32, choices=FailureCode.choices, blank=True
    )
    next_path = models.CharField(
        _("address in the server"),
        max_length=2000,
        blank=True,
        help_text=_("Where the user wanted to go: the path of an opened bookmark."),
    )

    objects = SpawnRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("start")
        verbose_name_plural = _("starts")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                # A cancelled request does not count: its user may already want the next start.
                condition=Q(state__in=("queued", "starting"), cancel_requested_at__isnull=True),
                name="one_open_start_a_user",
            ),
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(state__in=("queued", "starting")),
                name="ended_starts_hold_no_slot",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=("queued", "starting")),
                name="open_starts_in_order",
            ),
            models.Index(fields=["user", "-id"], name="last_start_of_a_user"),
            # For the staff's lists of failures, which must not read all successful starts.
            models.Index(
                fields=["state", "-id"],
                condition=Q(state__in=("failed", "cancelled")),
                name="starts_that_ended_badly",
            ),
            models.Index(
                fields=["failure_code", "-id"],
                condition=Q(failure_code__gt=""),
                name="failed_starts_by_reason",
            ),
            models.Index(fields=["-created_at"], name="starts_by_day"),
            models.Index(
                fields=["-finished_at"], condition=Q(state="ready"), name="starts_ready_last"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The short code by which a user's page, the log and the admin name the request."""
        return f"S{self.pk}"

    @property
    def failure(self) -> Failure:
        """The reason of a request in state FAILED."""
        refused = self.failure_code == FailureCode.REFUSED_BY_HOOK
        return explain(
            self.failure_code,
            reference=self.reference,
            hook_message=message_of_hook(self.message) if refused else "",
        )

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES
