"""Dates of the admin in the reader's calendar."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jupyter_integration.models import SpawnRequest

SPRING_EVENING = dt.datetime(2026, 3, 20, 20, 45, tzinfo=dt.UTC)


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    client.force_login(nasrin)
    return client


@pytest.fixture
def old_start(sara: User) -> SpawnRequest:
    start = SpawnRequest.objects.create(user=sara, state=SpawnRequest.State.READY)
    SpawnRequest.objects.filter(pk=start.pk).update(created_at=SPRING_EVENING)
    return start


def address(page: str, *arguments: int) -> str:
    return reverse(f"admin:jupyter_integration_spawnrequest_{page}", args=arguments)


@pytest.mark.parametrize("page", ["changelist", "change"])
def test_staff_read_jalali_dates(staff: Client, old_start: SpawnRequest, page: str) -> None:
    arguments = [old_start.pk] if page == "change" else []
    html = staff.get(address(page, *arguments)).content.decode()

    assert "۱ فروردین ۱۴۰۵، ساعت ۰۰:۱۵" in html
    assert 'title="2026-03-21 00:15"' in html
    assert "مارس" not in html


def test_lists_sort_by_jalali_dates(staff: Client, nasrin: User, old_start: SpawnRequest) -> None:
    newer = SpawnRequest.objects.create(user=nasrin, state=SpawnRequest.State.READY)
    columns = staff.get(address("changelist")).context["cl"].list_display
    number = columns.index("created_at_localized")

    shown = staff.get(address("changelist"), {"o": str(number)}).context["cl"].result_list

    assert list(shown) == [old_start, newer]


def test_form_shows_fixed_dates_in_jalali(staff: Client, sara: User) -> None:
    User.objects.filter(pk=sara.pk).update(date_joined=SPRING_EVENING)

    html = staff.get(reverse("admin:accounts_user_change", args=[sara.pk])).content.decode()

    assert "۱ فروردین ۱۴۰۵، ساعت ۰۰:۱۵" in html
    assert "مارس" not in html
