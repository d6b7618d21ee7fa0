"""What staff see at two in the morning: why a start failed, what to do, who asked for help."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, HubEvent, SpawnRequest
from jupyter_integration.services.request_help import request_help
from jupyter_integration.tests.scenes import start

State = SpawnRequest.State
HELP_LIST = reverse("admin:jupyter_integration_helprequest_changelist")
START_LIST = reverse("admin:jupyter_integration_spawnrequest_changelist")


@pytest.fixture
def staff(client: Client, nasrin: User) -> Client:
    client.force_login(nasrin)
    return client


@pytest.fixture
def failed(sara: User) -> SpawnRequest:
    return start(
        sara,
        State.FAILED,
        failure_code=FailureCode.IMAGE_MISSING,
        message="Spawn failed: <i>no such image</i>: lab:1",
    )


@pytest.fixture
def asked(sara: User, failed: SpawnRequest) -> HelpRequest:
    return request_help(user=sara, words="نشد & <b>چرا</b>؟", about=failed, browser="Firefox/145")


def text(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text().split())


def page_of(row: SpawnRequest | HelpRequest) -> str:
    name = "helprequest" if isinstance(row, HelpRequest) else "spawnrequest"
    return reverse(f"admin:jupyter_integration_{name}_change", args=[row.pk])


def listed(staff: Client, **query: str) -> set[int]:
    return {row.pk for row in staff.get(HELP_LIST, query).context["cl"].queryset}


class TestStarts:
    def test_the_list_says_who_when_why_and_how_long(self, staff, failed) -> None:
        shown = text(staff.get(START_LIST))

        for word in (
            failed.reference,
            "sara",
            "ناموفق",
            "ایمیج موجود نیست",
            "رفع آن با مدیر سامانه",
        ):
            assert word in shown, word

    def test_the_page_of_a_failure_says_what_was_told_what_to_do_and_the_hubs_words(
        self, staff, failed, asked
    ) -> None:
        response = staff.get(page_of(failed))
        shown = text(response)

        for word in (
            "نرم‌افزار سرور پیدا نشد",
            "بسازید یا دریافت کنید",
            "<i>no such image</i>: lab:1",
        ):
            assert word in shown, word
        assert "<i>no such" not in response.content.decode()
        assert asked.reference in shown
        assert re.search(rf"grep .*{failed.reference}:", shown)

    def test_what_the_hub_told_meanwhile_stands_with_it(self, staff, failed, sara, omid) -> None:
        def tell(kind: str, user: User, seconds: int) -> None:
            HubEvent.objects.create(
                message_id=f"{kind} {user} {seconds}",
                kind=kind,
                hub_username=user.hub_username,
                happened_at=failed.created_at + timedelta(seconds=seconds),
            )

        tell(HubEvent.Kind.START_FAILED, sara, 2)
        tell(HubEvent.Kind.SERVER_STARTED, omid, 2)
        tell(HubEvent.Kind.EXITED, sara, 3600)

        html = BeautifulSoup(staff.get(page_of(failed)).content, "html.parser")
        told = html.select_one(".field-events .readonly").get_text()
        with translation.override("fa"):
            assert str(HubEvent.Kind.START_FAILED.label) in told
            assert str(HubEvent.Kind.SERVER_STARTED.label) not in told
            assert str(HubEvent.Kind.EXITED.label) not in told

    def test_a_way_leads_to_the_users_other_starts(self, staff, failed, sara, omid) -> None:
        other, _of_omid = start(sara, State.READY), start(omid, State.READY)

        html = BeautifulSoup(staff.get(page_of(failed)).content, "html.parser")
        response = staff.get(html.select_one(".field-others a")["href"])

        assert {row.pk for row in response.context["cl"].queryset} == {failed.pk, other.pk}

    def test_nothing_is_offered_to_be_saved(self, staff, failed) -> None:
        html = BeautifulSoup(staff.get(page_of(failed)).content, "html.parser")

        assert html.select("[name=_save], [name=_continue]") == []

    @pytest.mark.parametrize("code", FailureCode)
    def test_every_failure_has_such_a_page(self, staff, sara, code: FailureCode) -> None:
        assert staff.get(page_of(start(sara, State.FAILED, failure_code=code))).status_code == 200

    @pytest.mark.parametrize("state", State)
    def test_a_start_that_did_not_fail_has_nothing_to_mend(self, staff, sara, state) -> None:
        response = staff.get(page_of(start(sara, state)))

        assert response.status_code == 200
        assert "رفع آن با کیست" not in text(response)


class TestHelpRequests:
    def test_the_page_has_all_the_facts_and_a_way_to_answer(self, staff, asked, failed) -> None:
        response = staff.get(page_of(asked))
        shown = text(response)

        for word in ("نشد & <b>چرا</b>؟", failed.reference, "Firefox/145", "no such image"):
            assert word in shown, word
        assert BeautifulSoup(response.content, "html.parser").select("[name=_save]")
        [link] = BeautifulSoup(response.content, "html.parser").select("a[href^='mailto:']")
        assert link["href"].startswith(f"mailto:sara@example.ir?subject=%5B{asked.reference}%5D")
        assert page_of(failed) in response.content.decode()

    def test_staff_note_on_the_page_that_it_is_answered_and_take_it_back(
        self, staff, asked, nasrin
    ) -> None:
        staff.post(page_of(asked), {"is_answered": "on"})
        asked.refresh_from_db()
        assert asked.answered_by == nasrin

        staff.post(page_of(asked), {})
        asked.refresh_from_db()
        assert asked.is_open

    def test_the_rest_of_it_cannot_be_changed(self, staff, asked) -> None:
        staff.post(page_of(asked), {"words": "دیگر", "server_state": "ready", "user": 1})

        before = asked.words
        asked.refresh_from_db()
        assert asked.words == before

    def test_several_are_marked_at_once(self, staff, asked, omid, nasrin) -> None:
        other = request_help(user=omid, words="کمک")

        staff.post(
            HELP_LIST,
            {"action": "mark_as_answered", "_selected_action": [asked.pk, other.pk]},
        )

        assert not HelpRequest.objects.open().exists()

    def test_what_is_open_is_found_by_itself(self, staff, asked, omid) -> None:
        other = request_help(user=omid, words="کمک")
        staff.post(page_of(other), {"is_answered": "on"})

        assert listed(staff, answered="no") == {asked.pk}
        assert listed(staff, answered="yes") == {other.pk}
        assert listed(staff) == {asked.pk, other.pk}

    @pytest.mark.parametrize("spelling", ["H{}", "h {}", "ا{}", "{}"])
    def test_it_is_found_by_its_code(self, staff, asked, omid, spelling: str) -> None:
        request_help(user=omid, words="کمک")

        assert listed(staff, q=spelling.format(asked.pk)) == {asked.pk}

    def test_it_is_found_by_person_and_words(self, staff, asked, omid) -> None:
        request_help(user=omid, words="کمک")

        assert listed(staff, q="sara") == listed(staff, q="نشد") == {asked.pk}

    @pytest.mark.parametrize("typed", ["نمی‌شود", "نمیشود", "نمي‌شود"])
    def test_words_are_found_however_they_are_joined(self, staff, sara, typed: str) -> None:
        asked = request_help(user=sara, words="باز نمی‌شود")

        assert listed(staff, q=typed) == {asked.pk}

    def test_who_may_only_look_cannot_mark(self, client, omid, asked) -> None:
        omid.is_staff = True
        omid.save()
        omid.user_permissions.add(Permission.objects.get(codename="view_helprequest"))
        client.force_login(omid)

        assert client.get(page_of(asked)).status_code == 200
        assert client.post(page_of(asked), {"is_answered": "on"}).status_code == 403
        assert HelpRequest.objects.open().exists()
