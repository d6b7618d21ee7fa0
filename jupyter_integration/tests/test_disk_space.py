"""Disk of the homes: its free space and a missing limit, on staff's page."""

import os
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from jupyter_integration.monitoring.disk_space import DiskSpace, read_disk_space
from portal.persian.sizes import parse_size

GB = 2**30
PAGE = "/admin/hub/"


@pytest.fixture
def disk(settings, monkeypatch):
    """Return a function that sets the disk's size and free space, in GB."""
    settings.DISK_FOLDER = "/"

    def disk(*, total: float, free: float, files: int = 1000, free_files: int = 900) -> None:
        found = SimpleNamespace(
            f_frsize=4096,
            f_blocks=int(total * GB) // 4096,
            f_bavail=int(free * GB) // 4096,
            f_files=files,
            f_favail=free_files,
        )
        monkeypatch.setattr(os, "statvfs", lambda _folder: found)

    return disk


def alerts(staff: Client) -> list[str]:
    html = BeautifulSoup(staff.get(PAGE).content, "html.parser")
    return [" ".join(alert.h2.get_text().split()) for alert in html.select(".system-alert")]


@pytest.fixture
def staff(staff: Client, nasrin: User) -> Client:
    User.objects.filter(pk=nasrin.pk).update(language="en")
    return staff


@pytest.mark.parametrize(
    ("total", "free", "low", "nearly_full"),
    [
        (100, 16, False, False),
        (100, 14, True, False),
        (100, 4.9, True, True),
        (4000, 60, False, False),  # a small share of a large disk is still much
        (4000, 40, True, False),
        (4000, 9, True, True),
        (8, 0.9, True, True),
        (4, 0.9, False, True),
    ],
)
def test_thresholds_suit_small_and_large_disks(
    disk, total: float, free: float, low: bool, nearly_full: bool
) -> None:
    disk(total=total, free=free)

    space = read_disk_space()

    assert space is not None
    assert (space.is_low, space.is_nearly_full) == (low, nearly_full)


def test_disk_without_room_for_files_is_noticed(disk) -> None:
    """Millions of empty files need little space."""
    disk(total=100, free=90, files=1000, free_files=40)
    space = read_disk_space()
    assert space is not None
    assert space.is_low_on_files

    disk(total=100, free=90, files=0, free_files=0)  # Btrfs, which has no such limit
    assert read_disk_space() == DiskSpace(100 * GB, 90 * GB, 1.0)


@pytest.mark.parametrize("folder", ["", "/nonexistent"])
def test_unknown_disk_has_no_space(settings, folder: str) -> None:
    settings.DISK_FOLDER = folder

    assert read_disk_space() is None


def test_real_disk_is_read(settings, tmp_path) -> None:
    settings.DISK_FOLDER = str(tmp_path)

    space = read_disk_space()

    assert space is not None
    assert 0 < space.free < space.total
    assert 0 < space.free_files_share <= 1


@pytest.mark.django_db
class TestPage:
    def test_filling_disk_is_an_alert(self, staff, disk) -> None:
        disk(total=100, free=12)
        assert "The disk is filling up: 12 GB of 100 GB are free." in alerts(staff)

        disk(total=100, free=1.5)
        assert any("nearly full: 1.5 GB of 100 GB" in sentence for sentence in alerts(staff))

        disk(total=100, free=90, free_files=1)
        assert any("few more files" in sentence for sentence in alerts(staff))

        disk(total=100, free=90)
        assert not any("disk" in sentence for sentence in alerts(staff))

    @pytest.mark.parametrize("home_size", ["", "5G"])
    def test_homes_without_limit_are_an_alert(self, staff, settings, home_size: str) -> None:
        settings.TRIAL, settings.HOME_SIZE = False, home_size

        found = [sentence for sentence in alerts(staff) if "Homes have no size limit" in sentence]

        assert len(found) == (0 if home_size else 1)

    def test_trial_mode_has_no_limit_to_miss(self, staff, settings) -> None:
        settings.HOME_SIZE = ""

        assert not any("Homes" in sentence for sentence in alerts(staff))

    def test_page_shows_space_and_limit_in_persian(self, staff, nasrin, settings, disk) -> None:
        User.objects.filter(pk=nasrin.pk).update(language="fa")
        settings.HOME_SIZE = "1.5G"
        disk(total=100, free=60)

        text = " ".join(BeautifulSoup(staff.get(PAGE).content, "html.parser").get_text().split())

        assert "۶۰ گیگابایت از ۱۰۰ گیگابایت" in text
        assert "۱٫۵ گیگابایت" in text


@pytest.mark.parametrize(
    ("text", "amount"),
    [("5G", 5 * GB), ("512M", GB // 2), ("1000", 1000), ("", None), ("0G", None), ("5 GB", None)],
)
def test_sizes_are_written_as_for_the_guard(text: str, amount: int | None) -> None:
    assert parse_size(text) == amount
