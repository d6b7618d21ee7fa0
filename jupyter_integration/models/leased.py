"""Rows that one worker at a time works on, however many were woken for them."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jupyter_integration.models.shown_rows import ShownRowsQuerySet

Row = TypeVar("Row", bound="LeasedRow", covariant=True)


class LeasedQuerySet(models.QuerySet[Row]):
    def free(self) -> Self:
        """Rows that nobody works on: never claimed, given back, or held by a dead worker."""
        return self.filter(
            Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=timezone.now())
        )

    def due(self) -> Self:
        """Free rows that are not told to wait."""
        return self.free().filter(Q(not_before__isnull=True) | Q(not_before__lte=timezone.now()))


class LeasedRow(models.Model):
    """Work to be done on the Hub. The row is the truth; a Celery task only wakes somebody for it.

    Who works on it holds a lease (services/leases.py); when that worker dies the lease runs out
    and the next takes the row up.
    """

    lease_id = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    not_before = models.DateTimeField(
        null=True, editable=False, help_text="The Hub asked us not to try again before."
    )

    class Meta:
        abstract = True


# The stubs give each query set a manager of its own, and none has two.
class UserRequestQuerySet(LeasedQuerySet[Row], ShownRowsQuerySet[Row]):  # type: ignore[override]
    hidden_columns = frozenset({"lease_id", "lease_expires_at", "not_before"})


class UserRequest(LeasedRow):
    """Work that a user asked for by a press, and whose course they see."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        abstract = True
