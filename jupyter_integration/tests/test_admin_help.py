"""Admin pages of failed starts and of support requests."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, HubEvent, SpawnRequest
from jupyter_integration.services.answer_help import answer_help
from jupyter_integration.services.request_help import request_help
from jupyter_integration.tests.scenes import start

State = SpawnRequest.State
HELP_LIST = reverse("admin:jupyter_integration_helprequest_changelist")
START_LIST = reverse("admin:jupyter_integration_spawnrequest_changelist")


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
    return reverse(f"admin:jupyter_integration_{row._meta.model_name}_change", args=[row.pk])


def soup(staff: Client, row: SpawnRequest | HelpRequest) -> BeautifulSoup:
    return BeautifulSoup(staff.get(page_of(row)).content, "html.parser")


def listed(staff: Client, **query: str) -> set[int]:
    return {row.pk for row in staff.get(HELP_LIST, query).context["cl"].queryset}


class TestStarts:
    def test_list_shows_user_reason_and_resolver(self, staff, failed) -> None:
        shown = text(staff.get(START_LIST))
        resolver = "رفع آن با مدیر سامانه"

        for word in (failed.reference, "sara", "ناموفق", "ایمیج موجود نیست", resolver):
            assert word in shown, word

    def test_page_shows_cause_advice_and_message(self, staff, failed, asked) -> None:
        page = soup(staff, failed)
        shown = " ".join(page.get_text().split())

        assert page.select("[name=_save], [name=_continue]") == []
        for words in ("نرم‌افزار سرور پیدا نشد", "یا دریافت کنید", "<i>no such image</i>: lab:1"):
            assert words in shown, words
        assert asked.reference in shown
        assert re.search(rf"grep .*{failed.reference}:", shown)

    def test_page_shows_events_during_the_start(self, staff, failed, sara, omid) -> None:
        def record(kind: str, user: User, seconds: int) -> None:
            HubEvent.objects.create(
                message_id=f"{kind} {user} {seconds}",
                kind=kind,
                hub_username=user.hub_username,
                happened_at=failed.created_at + timedelta(seconds=seconds),
            )

        record(HubEvent.Kind.START_FAILED, sara, 2)
        record(HubEvent.Kind.SERVER_STARTED, omid, 2)
        record(HubEvent.Kind.EXITED, sara, 3600)

        shown = soup(staff, failed).select_one(".field-events .readonly").get_text()
        with translation.override("fa"):
            labels = [str(kind.label) for kind in HubEvent.Kind if str(kind.label) in shown]
            assert labels == [HubEvent.Kind.START_FAILED.label]

    def test_page_links_other_starts_of_user(self, staff, failed, sara, omid) -> None:
        other, _of_omid = start(sara, State.READY), start(omid, State.READY)

        response = staff.get(soup(staff, failed).select_one(".field-others a")["href"])

        assert {row.pk for row in response.context["cl"].queryset} == {failed.pk, other.pk}

    @pytest.mark.parametrize("state", [State.QUEUED, State.READY])
    def test_other_states_have_no_resolver(self, staff, sara, state) -> None:
        page = soup(staff, start(sara, state))

        assert page.select(".field-hub_message")
        assert not page.select(".field-resolver")


class TestHelpRequests:
    def test_page_shows_facts_and_address(self, staff, asked, failed) -> None:
        page = soup(staff, asked)

        for words in ("نشد & <b>چرا</b>؟", failed.reference, "Firefox/145", "no such image"):
            assert words in page.get_text(), words
        [link] = page.select("a[href^='mailto:']")
        assert link["href"].startswith(f"mailto:sara@example.ir?subject=%5B{asked.reference}%5D")
        assert page.select(f"a[href='{page_of(failed)}']")

    def test_other_fields_cannot_be_changed(self, staff, asked) -> None:
        staff.post(page_of(asked), {"words": "دیگر", "server_state": "ready", "user": 1})

        before = asked.words
        asked.refresh_from_db()
        assert asked.words == before

    def test_action_closes_several(self, staff, asked, omid) -> None:
        other = request_help(user=omid, words="کمک")

        selected = {"_selected_action": [asked.pk, other.pk]}
        staff.post(HELP_LIST, {"action": "close_requests"} | selected)

        assert HelpRequest.objects.in_state("closed").count() == 2

    def test_filter_separates_states(self, staff, nasrin, sara, asked) -> None:
        answered, closed = (request_help(user=sara, words=words) for words in ("یک", "دو"))
        answer_help(help_request=answered, staff=nasrin, text="پاسخ", last_seen=0)
        answer_help(help_request=closed, staff=nasrin, text="پاسخ", last_seen=0, closes=True)

        assert listed(staff, state="unanswered") == {asked.pk}
        assert listed(staff, state="answered") == {answered.pk}
        assert listed(staff, state="closed") == {closed.pk}
        assert listed(staff) == {asked.pk, answered.pk, closed.pk}

    @pytest.mark.parametrize("term", ["H{}", "{}", "sara", "باز", "نمیشود", "نمي‌شود"])
    def test_search_finds_reference_user_and_words(self, staff, sara, omid, term: str) -> None:
        asked = request_help(user=sara, words="باز نمی‌شود")
        request_help(user=omid, words="کمک")

        assert listed(staff, q=term.format(asked.pk)) == {asked.pk}

    def test_digits_match_reference_and_words(self, staff, sara, omid) -> None:
        asked = request_help(user=sara, words="کمک")
        quoting = request_help(user=omid, words=f"خطای {asked.pk}")

        assert listed(staff, q=str(asked.pk)) == {asked.pk, quoting.pk}
