"""Scan for Hub users without an account, which are reported to staff."""

import pytest
from django.utils import timezone

from accounts.models import User
from jupyter_integration.models import HubRevocation
from jupyter_integration.monitoring import reconciliation_report
from jupyter_integration.tests.scenes import provision
from jupyter_integration.work import find_unknown_hub_users as module
from jupyter_integration.work.find_unknown_hub_users import find_unknown_hub_users


def found() -> reconciliation_report.UnknownNames:
    unknown = reconciliation_report.read().unknown_users
    assert unknown is not None
    return unknown


def test_only_users_without_account_are_reported(fake_hub, hub, sara, omid) -> None:
    provision(sara)
    HubRevocation.objects.create(hub_username="leaving")
    # Omid's account has no Hub user yet: the one of this name belongs to another person.
    for name in ("sara", "omid", "leaving", "reza"):
        fake_hub.add_user(name)

    find_unknown_hub_users(hub=hub)

    assert (found().names, found().count) == (("omid", "reza"), 2)
    assert set(fake_hub.calls) == {"GET /users"}
    assert set(User.objects.all()) == {sara, omid}


def test_known_users_are_not_reported(fake_hub, hub, sara) -> None:
    fake_hub.add_user(provision(sara).hub_username)

    find_unknown_hub_users(hub=hub)

    assert (found().names, found().count) == ((), 0)


def test_all_pages_are_read_and_names_truncated(fake_hub, hub, db: None) -> None:
    for number in range(50):
        fake_hub.add_user(f"u{number:02}")

    find_unknown_hub_users(hub=hub, page_size=7)

    assert found().count == 50
    assert found().names == tuple(
        f"u{number:02}" for number in range(reconciliation_report.MAX_NAMES)
    )
    assert len(fake_hub.calls) == 8


def test_scan_pauses_between_pages(fake_hub, hub, db: None) -> None:
    for number in range(4):
        fake_hub.add_user(f"u{number}")
    fake_hub.delay(0.05)
    before = timezone.now()

    find_unknown_hub_users(hub=hub, page_size=2)

    assert (timezone.now() - before).total_seconds() > 2 * 0.05 * module.PAUSE_FACTOR


def test_scan_ends_at_max_users(fake_hub, hub, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_USERS", 4)
    for number in range(20):
        fake_hub.add_user(f"u{number}")

    find_unknown_hub_users(hub=hub, page_size=2)

    assert found().count == 4
    assert len(fake_hub.calls) <= 3


def test_scan_runs_once_an_hour(fake_hub, hub, db: None) -> None:
    for _time in range(5):
        find_unknown_hub_users(hub=hub)

    assert fake_hub.calls == ["GET /users"]


def test_failed_scan_is_retried_and_reports_nothing(fake_hub, hub, db: None) -> None:
    fake_hub.down()
    find_unknown_hub_users(hub=hub)
    assert reconciliation_report.read().unknown_users is None

    fake_hub.up()
    fake_hub.add_user("reza")
    find_unknown_hub_users(hub=hub)
    assert found().names == ("reza",)
