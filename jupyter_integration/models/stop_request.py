"""Request to stop a server, open until the Hub shows the server stopped."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jupyter_integration.models.leased import UserRequest, UserRequestQuerySet


class StopRequestQuerySet(UserRequestQuerySet["StopRequest"]):  # type: ignore[override]
    def open(self) -> Self:
        return self.filter(finished_at__isnull=True)


class StopRequest(UserRequest):
    class Reason(models.TextChoices):
        """Why the portal itself requested it; empty if a person clicked the button."""

        PASSWORD = "password", _("The password was changed")
        SIGNED_OUT = "signed_out", _("Signed out everywhere")
        STAFF = "staff", _("Signed out by staff")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="stop_requests",
        verbose_name=_("user"),
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("requested by"),
    )
    created_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("ended at"), null=True)
    stopped = models.BooleanField(
        _("stopped"), default=False, help_text=_("Whether the Hub showed the server as stopped.")
    )

    reason = models.CharField(
        _("reason"),
        max_length=16,
        blank=True,
        default="",
        db_default="",  # during an upgrade, old processes still add rows
        choices=Reason,
    )

    objects = StopRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(finished_at__isnull=True), name="one_open_stop_a_user"
            ),
        ]

    def __str__(self) -> str:
        return f"T{self.pk}"
