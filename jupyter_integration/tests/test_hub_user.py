"""Hub user of an account: its own, created once, without admin rights."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import IssuedHubUsername, User
from jupyter_integration.hub.errors import HubUnreachable
from jupyter_integration.tasks import wake_stalled_work
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.fake_hub import FakeHub
from jupyter_integration.work import ensure_hub_user as module
from jupyter_integration.work.ensure_hub_user import (
    HubUserBeingMadeError,
    HubUserNotMadeError,
    ensure_hub_user,
)
from jupyter_integration.work.provision_hub_user import provision_hub_user


def made(fake_hub: FakeHub) -> list[str]:
    return [call for call in fake_hub.calls if call.startswith("POST")]


def age(user: User) -> None:
    """Make the account old enough to count as stalled."""
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(minutes=1))


def test_hub_user_has_account_name_without_admin_rights(fake_hub, hub, sara) -> None:
    hub_user = ensure_hub_user(hub=hub, user=sara)

    assert hub_user.name == "sara"
    assert list(fake_hub.users) == ["sara"]
    assert not fake_hub.users["sara"].admin
    sara.refresh_from_db()
    assert sara.hub_user_created_at is not None
    assert sara.hub_claim_expires_at is None


def test_existing_hub_user_is_not_created_again(fake_hub, hub, sara) -> None:
    ensure_hub_user(hub=hub, user=sara)
    ensure_hub_user(hub=hub, user=sara)

    assert made(fake_hub) == ["POST /users/sara"]


def test_taken_hub_name_gives_the_account_another(fake_hub, hub, sara) -> None:
    fake_hub.add_user("sara")
    fake_hub.add_user("sara-2")

    hub_user = ensure_hub_user(hub=hub, user=sara)

    sara.refresh_from_db()
    assert hub_user.name == sara.hub_username == "sara-3"
    assert made(fake_hub)[-1] == "POST /users/sara-3"


def test_taken_hub_name_is_never_issued(fake_hub, hub, sara) -> None:
    fake_hub.add_user("sara")
    ensure_hub_user(hub=hub, user=sara)

    assert IssuedHubUsername.objects.filter(pk="sara").exists()
    sara.username = "sara.r"
    sara.save()
    assert User.objects.create_user("sara").hub_username == "sara-3"


def test_lost_hub_user_keeps_its_name(fake_hub, hub, sara) -> None:
    ensure_hub_user(hub=hub, user=sara)
    del fake_hub.users["sara"]

    assert ensure_hub_user(hub=hub, user=sara).name == "sara"
    assert list(fake_hub.users) == ["sara"]


def test_hub_user_created_concurrently_is_accepted(
    fake_hub, hub, sara, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_hub_user(hub=hub, user=sara)
    del fake_hub.users["sara"]
    create = hub.create_user

    def create_after_another(name: str):
        fake_hub.add_user("sara")  # by another worker, or by the user's sign-in
        return create(name)

    monkeypatch.setattr(hub, "create_user", create_after_another)

    assert ensure_hub_user(hub=hub, user=sara).name == "sara"


def test_search_for_a_free_name_ends(fake_hub, hub, sara, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NAMES_TRIED", 3)
    for name in ("sara", "sara-2", "sara-3", "sara-4"):
        fake_hub.add_user(name)

    with pytest.raises(HubUserNotMadeError):
        ensure_hub_user(hub=hub, user=sara)

    sara.refresh_from_db()
    assert sara.hub_user_created_at is None
    assert sara.hub_claim_expires_at is None


def test_claimed_hub_user_is_left_to_its_worker(fake_hub, hub, sara) -> None:
    User.objects.update(hub_claim_expires_at=timezone.now() + timedelta(seconds=5))

    with pytest.raises(HubUserBeingMadeError):
        ensure_hub_user(hub=hub, user=sara)

    assert fake_hub.calls == []
    sara.refresh_from_db()
    assert sara.hub_claim_expires_at is not None


def test_claim_of_a_dead_worker_expires(fake_hub, hub, sara) -> None:
    User.objects.update(hub_claim_expires_at=timezone.now() - timedelta(seconds=1))

    assert ensure_hub_user(hub=hub, user=sara).name == "sara"


@pytest.mark.parametrize("lost", ["the worker", "the answer"])
def test_unconfirmed_hub_user_gives_a_new_name(fake_hub, hub, sara, lost: str) -> None:
    """The Hub user may belong to another person, so the account gets a new name."""
    if lost == "the answer":
        fake_hub.lose_answers(1)
        with pytest.raises(HubUnreachable):
            ensure_hub_user(hub=hub, user=sara)
    else:
        fake_hub.add_user("sara")

    ensure_hub_user(hub=hub, user=sara)

    sara.refresh_from_db()
    assert sara.hub_username == "sara-2"
    assert sara.hub_user_created_at is not None
    assert made(fake_hub)[-1] == "POST /users/sara-2"


@pytest.mark.parametrize("name_by_now", ["sara", "sara-2"])
def test_expired_claim_does_not_adopt_foreign_user(
    fake_hub, hub, sara, monkeypatch: pytest.MonkeyPatch, name_by_now: str
) -> None:
    """The slow worker created `sara`. Another worker took over the claim, found `sara` taken, and
    tried a name of another person.
    """
    fake_hub.add_user("sara-2")
    create = hub.create_user

    def create_slowly(name: str):
        hub_user = create(name)
        other = timezone.now() + timedelta(seconds=30)
        User.objects.update(hub_username=name_by_now, hub_claim_expires_at=other)
        return hub_user

    monkeypatch.setattr(hub, "create_user", create_slowly)

    with pytest.raises(HubUserBeingMadeError):
        ensure_hub_user(hub=hub, user=sara)

    sara.refresh_from_db()
    assert sara.hub_user_created_at is None
    assert sara.hub_claim_expires_at is not None  # the other's


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_create_one_hub_user(fake_hub, hub, sara) -> None:
    fake_hub.delay(0.2)

    def work(_worker: int) -> bool:
        try:
            ensure_hub_user(hub=hub, user=User.objects.get(pk=sara.pk))
        except HubUserBeingMadeError:
            return False
        return True

    assert at_once(work, range(4)).count(True) == 1
    assert list(fake_hub.users) == ["sara"]
    assert made(fake_hub) == ["POST /users/sara"]
    sara.refresh_from_db()
    assert sara.hub_username == "sara"


class TestAtSignUp:
    def sign_up(self) -> User:
        response = Client().post(
            reverse("account_signup"),
            {
                "username": "sara",
                "email": "sara@example.ir",
                "password1": "نخستین-گذرواژه-7",
            },
        )
        assert response.status_code == 302
        return User.objects.get(username="sara")

    def test_sign_up_lets_a_worker_create_user(self, fake_hub, workers, db: None) -> None:
        with workers.committing():
            self.sign_up()
        assert fake_hub.calls == []

        workers.work_off()
        assert list(fake_hub.users) == ["sara"]

    def test_sign_up_works_without_the_hub(self, fake_hub, workers, db: None) -> None:
        fake_hub.down()
        with workers.committing():
            user = self.sign_up()
        workers.work_off()
        user.refresh_from_db()
        assert user.hub_user_created_at is None

        fake_hub.up()
        age(user)
        with workers.committing():
            wake_stalled_work()
        workers.work_off()

        user.refresh_from_db()
        assert user.hub_user_created_at is not None
        assert list(fake_hub.users) == ["sara"]


def test_inactive_or_missing_account_gets_no_hub_user(fake_hub, hub, sara) -> None:
    User.objects.update(is_active=False)

    provision_hub_user(hub=hub, user_id=sara.pk)
    provision_hub_user(hub=hub, user_id=987654321)

    assert fake_hub.calls == []


def test_refused_token_is_logged_without_the_token(
    fake_hub, sara, settings, workers, caplog: pytest.LogCaptureFixture
) -> None:
    settings.JUPYTERHUB_API_TOKEN = "another-token-than-the-hubs"
    age(sara)

    with workers.committing():
        wake_stalled_work()
    workers.work_off()

    assert "No Hub user" in caplog.text
    assert "another-token" not in caplog.text
