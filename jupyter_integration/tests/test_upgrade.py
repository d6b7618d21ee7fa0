"""Upgrades during which old processes still run beside the new tables."""

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import StopRequest


@pytest.mark.django_db
def test_old_process_adds_a_stop(sara: User) -> None:
    """A process of the version before knows no column `reason`."""
    table = StopRequest._meta.db_table
    fields = [f for f in StopRequest._meta.concrete_fields if f.name not in ("id", "reason")]
    first = StopRequest.objects.create(user=sara, requested_by=sara, finished_at=timezone.now())
    columns = ", ".join(field.column for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}")

    added = StopRequest.objects.exclude(pk=first.pk).get()
    assert (added.user, added.reason) == (sara, "")
