"""`manage.py adopt_hub_users`: linking accounts with users that the Hub had before."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import IssuedHubUsername, User
from jupyter_integration.models import HubRevocation
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.tests.scenes import take_up_and_run
from jupyter_integration.work.leases import LeaseKeeper
from jupyter_integration.work.provision_hub_user import provision_hub_user


def adopt(*links: str) -> tuple[str, str]:
    output, errors = StringIO(), StringIO()
    try:
        call_command("adopt_hub_users", *links, stdout=output, stderr=errors)
    except CommandError as error:
        return output.getvalue(), f"{errors.getvalue()}{error}"
    return output.getvalue(), ""


def test_without_arguments_it_lists_those_whom_no_account_has(fake_hub, hub, sara, omid) -> None:
    for name in ("zahra", "reza", "omid"):
        fake_hub.add_user(name)
    provision_hub_user(hub=hub, user_id=sara.pk)

    output, errors = adopt()

    assert sorted(output.split()) == ["omid", "reza", "zahra"]
    assert errors == ""


def test_it_reads_the_whole_list_page_by_page(fake_hub, db: None) -> None:
    for number in range(450):
        fake_hub.add_user(f"u{number}")

    assert len(adopt()[0].split()) == 450


def test_an_account_gets_the_hub_user_that_it_is_linked_with(fake_hub, sara) -> None:
    fake_hub.add_user("s-rezaei-1")

    output, errors = adopt("sara=s-rezaei-1")

    assert "s-rezaei-1" in output
    assert errors == ""
    sara.refresh_from_db()
    assert sara.hub_username == "s-rezaei-1"
    assert sara.hub_user_created_at is not None
    assert IssuedHubUsername.objects.get(pk="s-rezaei-1").issued_to == sara


def test_afterwards_the_home_is_theirs_and_nothing_is_made(fake_hub, hub, lab, sara) -> None:
    fake_hub.add_user("s-rezaei-1")
    adopt("sara=s-rezaei-1")
    fake_hub.calls.clear()

    request = request_spawn(user=User.objects.get(pk=sara.pk))
    take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)

    assert "POST /users/s-rezaei-1/server" in fake_hub.calls
    assert list(fake_hub.users) == ["s-rezaei-1"]


@pytest.mark.parametrize("link", ["sara", "SARA=sara", "sara=sara"])
def test_an_account_gets_back_the_name_that_it_lost_to_the_hub_at_sign_up(
    fake_hub, hub, sara, workers, link: str
) -> None:
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


def test_adopting_twice_is_adopting_once(fake_hub, sara, workers) -> None:
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
        ("sara=../x", "not a legal name"),
        ("sara=..", "not a legal name"),
        ("sara=9812345", "not a legal name"),
        ("sara=" + "s" * 31, "not a legal name"),
        ("sara=missing", "no user 'missing'"),
        ("sara=omid", "issued to another account"),
        ("sara=boss", "administrator"),
        ("nobody=zahra", "no such account"),
    ],
)
def test_a_link_that_would_do_harm_is_refused_with_the_reason(
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


def test_the_name_of_a_deleted_account_is_not_adopted_by_another(fake_hub, sara, omid) -> None:
    sara.delete()
    fake_hub.add_user("sara")

    assert "issued to another account" in adopt("omid=sara")[1]


def test_an_account_that_has_started_servers_keeps_its_files(fake_hub, hub, lab, sara) -> None:
    request = request_spawn(user=sara)
    take_up_and_run(hub=hub, lab=lab, keeper=LeaseKeeper(), request_id=request.pk)
    fake_hub.add_user("s-rezaei-1")

    assert "may have files there" in adopt("sara=s-rezaei-1")[1]
    assert fake_hub.phase("sara") == "ready"


def test_an_account_whose_start_is_under_way_is_left_alone(fake_hub, sara) -> None:
    request_spawn(user=sara)
    fake_hub.add_user("s-rezaei-1")

    assert "has started servers" in adopt("sara=s-rezaei-1")[1]


def test_good_links_are_made_beside_bad_ones(fake_hub, sara, omid) -> None:
    fake_hub.add_user("s-rezaei-1")

    _output, errors = adopt("sara=s-rezaei-1", "omid=missing")

    assert "1 of 2 were not linked" in errors
    sara.refresh_from_db()
    assert sara.hub_username == "s-rezaei-1"


def test_with_the_hub_down_it_says_so_in_one_line(fake_hub, sara) -> None:
    fake_hub.down()

    with pytest.raises(CommandError, match="could not be asked"):
        call_command("adopt_hub_users", stdout=StringIO())
