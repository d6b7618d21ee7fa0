"""A person's own data: a copy of it, and the deletion of the account."""

import json
import logging
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import IssuedHubUsername, User
from accounts.services.anonymise_account import LastAdministratorError
from accounts.services.register_hub_client import register_hub_client
from accounts.tests.second_factor.app import app_of, reauthenticate, sign_in
from jupyter_integration.models import (
    HelpMessage,
    HelpRequest,
    HubEvent,
    HubRevocation,
    SpawnRequest,
    StopRequest,
)
from jupyter_integration.services.delete_account import delete_account
from jupyter_integration.services.request_spawn import request_spawn
from jupyter_integration.tasks import wake_stalled_work
from jupyter_integration.work.delete_accounts import delete_accounts
from jupyter_integration.work.delete_old_events import delete_old_events

COPY = reverse("download_data")
DELETE = reverse("delete_account")
SURE = {"understood": "on"}
WORDS = "دفترچه‌ام باز نمی‌شود"
ANSWER = "حالا باز می‌شود"


def event(hub_username: str, number: str) -> HubEvent:
    return HubEvent.objects.create(
        message_id=number,
        kind=HubEvent.Kind.STOPPED,
        hub_username=hub_username,
        happened_at=timezone.now(),
    )


@pytest.fixture
def sara(sara: User) -> User:
    """Sara, with something in each table."""
    sara.first_name = "سارا"
    sara.save()
    User.objects.filter(pk=sara.pk).update(hub_user_created_at=timezone.now())
    sara.refresh_from_db()
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=True)
    start = SpawnRequest.objects.create(user=sara, state=SpawnRequest.State.READY)
    StopRequest.objects.create(user=sara, finished_at=timezone.now())
    asked = HelpRequest.objects.create(
        user=sara,
        spawn_request=start,
        words=WORDS,
        server_state="stopped",
        browser="Firefox",
        language="fa",
    )
    HelpMessage.objects.create(help_request=asked, is_from_staff=True, text=ANSWER)
    event("sara", "msg_1")
    return sara


@pytest.fixture
def browser(client: Client, sara: User) -> Client:
    sign_in(client)
    return client


class TestCopy:
    def test_copy_has_everything_about_its_owner(self, browser: Client, sara: User) -> None:
        response = browser.get(COPY)

        data = json.loads(response.content)
        assert "attachment" in response["Content-Disposition"]
        assert data["account"]["username"] == "sara"
        assert data["account"]["first_name"] == "سارا"
        for kind in ("addresses", "sessions", "starts", "stops", "support_requests"):
            assert len(data[kind]) == 1, kind
        assert data["support_requests"][0]["words"] == WORDS
        assert [message["text"] for message in data["support_messages"]] == [ANSWER]
        assert len(data["jupyterhub_events"]) == 1

    def test_copy_has_no_secret(self, browser: Client, sara: User) -> None:
        app = app_of(sara)

        content = browser.get(COPY).content.decode()

        assert '"totp"' in content
        for secret in (sara.password, app.secret, browser.session.session_key):
            assert secret not in content

    def test_copy_has_nothing_of_others(self, browser: Client, omid: User) -> None:
        theirs = HelpRequest.objects.create(
            user=omid, words="omid's words", server_state="stopped", language="fa"
        )
        HelpMessage.objects.create(help_request=theirs, is_from_staff=True, text="to omid")
        event("omid", "msg_2")

        assert "omid" not in browser.get(COPY).content.decode()

    def test_copy_requires_sign_in(self, client: Client, db: None) -> None:
        assert client.get(COPY).status_code == 302


class TestPage:
    def test_deletion_asks_the_password_again(self, browser: Client, sara: User) -> None:
        response = browser.post(DELETE, SURE)

        assert reverse("account_reauthenticate") in response.url
        sara.refresh_from_db()
        assert sara.is_active

    def test_deletion_asks_for_the_tick(self, browser: Client, sara: User) -> None:
        reauthenticate(browser)

        assert browser.post(DELETE).context["form"].errors["understood"]
        sara.refresh_from_db()
        assert sara.is_active

    def test_deleted_account_is_signed_out(self, browser: Client, sara: User, workers) -> None:
        reauthenticate(browser)
        with workers.committing():
            response = browser.post(DELETE, SURE, follow=True)

        assert "حذف شد" in response.content.decode()
        assert browser.get(reverse("dashboard")).status_code == 302
        sign_in(browser)
        assert browser.get(reverse("dashboard")).status_code == 302

    def test_owner_gets_a_mail(self, browser: Client, sara: User, workers) -> None:
        reauthenticate(browser)
        mail.outbox.clear()
        with workers.committing():
            browser.post(DELETE, SURE)
        workers.work_off()

        assert [message.to for message in mail.outbox] == [["sara@example.ir"]]

    def test_only_administrator_stays(self, client: Client, nasrin: User) -> None:
        sign_in(client, "nasrin", "nasrin-s-password")
        reauthenticate(client, "nasrin-s-password")

        response = client.post(DELETE, SURE)

        assert response.status_code == 200
        assert response.context["form"].non_field_errors()
        nasrin.refresh_from_db()
        assert nasrin.is_superuser


class TestDeletion:
    def test_account_is_anonymous_at_once(self, sara: User) -> None:
        app_of(sara)
        Token.objects.create(
            user=sara, client=register_hub_client(), type=Token.Type.ACCESS_TOKEN, hash="x"
        )
        delete_account(user=sara)

        stored = User.objects.get(pk=sara.pk)
        assert (stored.first_name, stored.email, stored.names_for_search.count("sara")) == (
            "",
            "",
            0,
        )
        assert "sara" not in stored.username
        assert not (stored.is_active or stored.has_usable_password())
        for rows in (stored.emailaddress_set, stored.authenticator_set, stored.usersession_set):
            assert not rows.exists()
        assert not Token.objects.exists()
        assert not HelpRequest.objects.exclude(words="", browser="").exists()
        assert not HelpMessage.objects.exists()
        assert not HubEvent.objects.exists()

    def test_deletion_stops_server_and_removes_rows(self, sara: User, fake_hub, workers) -> None:
        fake_hub.add_user("sara")
        fake_hub.start_behind_the_portal("sara")
        with workers.committing():
            delete_account(user=sara)
        workers.work_off()
        assert fake_hub.users == {}

        with workers.committing():
            delete_accounts()
        workers.work_off()

        assert not User.objects.exists()
        assert not SpawnRequest.objects.exists()
        assert not HubRevocation.objects.exists()
        assert IssuedHubUsername.objects.get(pk="sara").issued_to is None

    def test_row_waits_for_an_unavailable_hub(self, sara: User, fake_hub, workers) -> None:
        fake_hub.add_user("sara")
        fake_hub.down()
        with workers.committing():
            delete_account(user=sara)
        workers.work_off()
        delete_accounts()
        assert User.objects.filter(pk=sara.pk).exists()

        fake_hub.up()
        HubRevocation.objects.update(
            not_before=None, created_at=timezone.now() - timedelta(seconds=10)
        )
        with workers.committing():
            wake_stalled_work()
        workers.work_off()
        delete_accounts()

        assert fake_hub.users == {}
        assert not User.objects.exists()

    def test_row_waits_for_an_open_start(self, sara: User) -> None:
        start = request_spawn(user=sara)
        SpawnRequest.objects.filter(pk=start.pk).update(
            state=SpawnRequest.State.STARTING, posted_at=timezone.now()
        )
        delete_account(user=sara)
        HubRevocation.objects.all().delete()

        delete_accounts()

        assert User.objects.filter(pk=sara.pk).exists()

    def test_nothing_is_half_deleted(self, sara: User, monkeypatch: pytest.MonkeyPatch) -> None:
        """The database fails between the two services."""

        def fail(*_arguments: object, **_more: object) -> None:
            raise OperationalError

        monkeypatch.setattr(HelpRequest.objects, "filter", fail)
        with pytest.raises(OperationalError):
            delete_account(user=sara)

        sara.refresh_from_db()
        assert sara.is_active
        assert sara.username == "sara"

    def test_second_administrator_may_leave(self, nasrin: User, sara: User) -> None:
        User.objects.filter(pk=sara.pk).update(is_superuser=True)

        delete_account(user=nasrin)
        with pytest.raises(LastAdministratorError):
            delete_account(user=User.objects.get(pk=sara.pk))

    def test_active_accounts_stay(self, sara: User) -> None:
        delete_accounts()

        assert User.objects.filter(pk=sara.pk).exists()

    def test_names_are_free_again_without_the_files(self, sara: User) -> None:
        delete_account(user=sara)

        second = User.objects.create_user("sara", "sara@example.ir")
        assert second.hub_username == "sara-2"

    def test_deletion_is_logged(
        self, sara: User, workers, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "accounts.audit")
        with workers.committing():
            delete_account(user=sara)

        assert f"event=deletion_requested outcome=done account={sara.pk} name=sara" in caplog.text


def test_events_of_deleted_accounts_are_deleted(sara: User, omid: User) -> None:
    IssuedHubUsername.objects.filter(name="sara").update(issued_to=None)
    event("omid", "msg_2")
    event("of-the-hub-alone", "msg_3")

    delete_old_events()

    names = set(HubEvent.objects.values_list("hub_username", flat=True))
    assert names == {"omid", "of-the-hub-alone"}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_privacy_page_is_open_and_linked(client: Client, db: None, settings, language) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    response = client.get(reverse("privacy"))

    assert response.status_code == 200
    assert response["Content-Language"] == language
    assert f'href="{reverse("privacy")}"' in client.get("/").content.decode()


def test_privacy_page_names_the_real_retention(client: Client, db: None, settings) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = client.get(reverse("privacy")).content.decode()

    assert "90 days" in text
    assert "49 hours" in text
