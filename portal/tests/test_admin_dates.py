"""Dates of the administration."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.models import SpawnRequest

SPRING_EVENING = dt.datetime(2026, 3, 20, 20, 45, tzinfo=dt.UTC)


@pytest.fixture
def old_start(sara: User) -> SpawnRequest:
    start = SpawnRequest.objects.create(user=sara, state=SpawnRequest.State.READY)
    SpawnRequest.objects.filter(pk=start.pk).update(created_at=SPRING_EVENING)
    return start


@pytest.mark.parametrize("page", ["changelist", "change"])
def test_staff_read_jalali_dates(nasrin: User, old_start: SpawnRequest, page: str) -> None:
    client = Client()
    client.force_login(nasrin)
    arguments = [old_start.pk] if page == "change" else []
    html = client.get(
        reverse(f"admin:jupyter_integration_spawnrequest_{page}", args=arguments)
    ).content.decode()
    assert "۱ فروردین ۱۴۰۵، ساعت ۰۰:۱۵" in html
    assert 'title="2026-03-21 00:15"' in html
    assert "مارس" not in html


def test_staff_sort_by_dates_all_the_same(nasrin: User, old_start: SpawnRequest) -> None:
    newer = SpawnRequest.objects.create(user=nasrin, state=SpawnRequest.State.READY)
    client = Client()
    client.force_login(nasrin)
    address = reverse("admin:jupyter_integration_spawnrequest_changelist")
    columns = client.get(address).context["cl"].list_display
    number = columns.index("created_at_in_the_readers_calendar")
    shown = client.get(address, {"o": str(number)}).context["cl"].result_list
    assert list(shown) == [old_start, newer]
