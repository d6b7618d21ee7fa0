"""`manage.py adopt_hub_users`: accounts are linked with users that the Hub had before."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import IssuedHubUsername
from jupyter_integration.models import HubRevocation
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.tests.scenes import claim_and_run
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.provision_hub_user import provision_hub_user


def adopt(*links: str) -> tuple[str, str]:
    output, errors = StringIO(), StringIO()
    try:
        call_command("adopt_hub_users", *links, stdout=output, stderr=errors)
    except CommandError as error:
        return output.getvalue(), f"{errors.getvalue()}{error}"
    return output.getvalue(), ""


def test_command_lists_users_without_account(fake_hub, hub, sara, omid) -> None:
    for name in ("zahra", "reza", "omid"):
        fake_hub.add_user(name)
    provision_hub_user(hub=hub, user_id=sara.pk)

    output, errors = adopt()

    assert sorted(output.split()) == ["omid", "reza", "zahra"]
    assert errors == ""


def test_long_list_is_read_page_by_page(fake_hub, db: None) -> None:
    for number in range(450):
        fake_hub.add_user(f"u{number}")

    assert len(adopt()[0].split()) == 450


def test_account_is_linked_with_the_hub_user(fake_hub, hub, lab, sara) -> None:
    fake_hub.add_user("s-rezaei-1")

    output, errors = adopt("sara=s-rezaei-1")

    assert "s-rezaei-1" in output
    assert errors == ""
    sara.refresh_from_db()
    assert sara.hub_username == "s-rezaei-1"
    assert sara.hub_user_created_at is not None
    assert IssuedHubUsername.objects.get(pk="s-rezaei-1").issued_to == sara

    request = request_spawn(user=sara)
    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
    assert "POST /users/s-rezaei-1/server" in fake_hub.calls
    assert list(fake_hub.users) == ["s-rezaei-1"]


@pytest.mark.parametrize("link", ["sara", "SARA=sara", "sara=sara"])
def test_account_regains_the_name_lost_at_sign_up(fake_hub, hub, sara, workers, link: str) -> None:
    """The common case: the name was taken on the Hub, by the same person."""
    fake_hub.add_user("sara")
    provision_hub_user(hub=hub, user_id=sara.pk)
    sara.refresh_from_db()
    assert sara.hub_username == "sara-2"

    with workers.committing():
        _output, errors = adopt(link)
    workers.work_off()

    assert errors == ""
    sara.refresh_from_db()
    assert sara.hub_username == "sara"
    assert list(fake_hub.users) == ["sara"]  # the empty one that was made in between is removed
    assert not HubRevocation.objects.exists()


def test_second_adoption_changes_nothing(fake_hub, sara, workers) -> None:
    fake_hub.add_user("s-rezaei-1")

    with workers.committing():
        adopt("sara=s-rezaei-1")
        assert adopt("sara=s-rezaei-1")[1] == ""
    workers.work_off()

    assert list(fake_hub.users) == ["s-rezaei-1"]


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("sara=S.Rezaei", "not a legal name"),
        ("sara=..", "not a legal name"),
        ("sara=missing", "no user 'missing'"),
        ("sara=omid", "issued to another account"),
        ("sara=boss", "administrator"),
        ("nobody=zahra", "no such account"),
    ],
)
def test_harmful_link_is_refused_with_the_reason(
    fake_hub, sara, omid, link: str, reason: str
) -> None:
    for name in ("S.Rezaei", "omid", "zahra", "boss"):
        fake_hub.add_user(name)
    fake_hub.users["boss"].admin = True

    _output, errors = adopt(link)

    assert reason in errors
    assert "1 of 1 were not linked" in errors
    sara.refresh_from_db()
    assert sara.hub_username == "sara"
    assert sara.hub_user_created_at is None


def test_name_of_a_deleted_account_is_refused(fake_hub, sara, omid) -> None:
    sara.delete()
    fake_hub.add_user("sara")

    assert "issued to another account" in adopt("omid=sara")[1]


def test_account_with_open_or_ended_start_is_refused(fake_hub, hub, lab, sara) -> None:
    """It may have files under its present name."""
    fake_hub.add_user("s-rezaei-1")
    request = request_spawn(user=sara)
    assert "may have files there" in adopt("sara=s-rezaei-1")[1]

    claim_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    assert "may have files there" in adopt("sara=s-rezaei-1")[1]
    assert fake_hub.phase("sara") == "ready"


def test_bad_link_leaves_the_good_ones(fake_hub, sara, omid) -> None:
    fake_hub.add_user("s-rezaei-1")

    _output, errors = adopt("sara=s-rezaei-1", "omid=missing")

    assert "1 of 2 were not linked" in errors
    sara.refresh_from_db()
    assert sara.hub_username == "s-rezaei-1"


def test_unavailable_hub_is_reported_in_one_line(fake_hub, sara) -> None:
    fake_hub.down()

    with pytest.raises(CommandError, match="could not be reached"):
        call_command("adopt_hub_users", stdout=StringIO())
