"""Base classes of rows that one worker at a time works on."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from jupyter_integration.models.shown_rows import ShownRowsQuerySet

Row = TypeVar("Row", bound="LeasedRow", covariant=True)


class LeasedQuerySet(models.QuerySet[Row]):
    def unleased(self) -> Self:
        """Rows without a valid lease: never claimed, released, or leased by a dead worker."""
        return self.filter(
            Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=timezone.now())
        )

    def due(self) -> Self:
        """Unleased rows whose `not_before` has passed."""
        return self.unleased().filter(
            Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
        )


class LeasedRow(models.Model):
    """Work to be done on the Hub. The row is the truth; a Celery task only wakes a worker for it.

    The worker holds a lease (work/leases.py). When the worker dies the lease expires, and the next
    worker claims the row.
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
    """Work that a user requested, and whose progress their pages show."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

    class Meta:
        abstract = True
