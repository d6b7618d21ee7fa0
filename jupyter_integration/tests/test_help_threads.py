"""Threads of help requests: what the user and staff write, read, mail, and may not."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services.settle_addresses import replace_addresses
from jupyter_integration.models import HelpMessage, HelpRequest
from jupyter_integration.services import answer_help as answers
from jupyter_integration.services import write_again as messages
from jupyter_integration.services.answer_help import (
    ThreadChangedError,
    answer_help,
    close_help,
    reopen_help,
)
from jupyter_integration.services.request_help import request_help
from jupyter_integration.services.write_again import (
    MAX_MESSAGES_PER_HOUR,
    ThreadFullError,
    TooManyMessagesError,
    write_again,
)
from jupyter_integration.testing.at_once import at_once
from jupyter_integration.testing.broken_broker import broken_broker
from jupyter_integration.tests.pages import HTMX
from portal.mail.models import OutgoingMail
from portal.mail.send import deliver_waiting_mail
from tests.reading import latin_words, words_of_mail

LIST = reverse("help_requests")


@pytest.fixture
def asked(sara: User) -> HelpRequest:
    return request_help(user=sara, words="نشد")


def page_of(asked: HelpRequest) -> str:
    return reverse("help_request", args=[asked.pk])


def answer(asked: HelpRequest, staff: User, text: str = "درست شد", **more) -> HelpMessage:
    newest = asked.messages.last()
    last_seen = newest.pk if newest else 0
    return answer_help(
        help_request=asked, staff=staff, text=text, **({"last_seen": last_seen} | more)
    ).message


def state(asked: HelpRequest) -> str:
    asked.refresh_from_db()
    return asked.state.value


def text(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text().split())


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


class TestStates:
    def test_state_follows_each_step(self, asked, nasrin) -> None:
        assert state(asked) == "unanswered"
        answer(asked, nasrin)
        assert state(asked) == "answered"
        write_again(help_request=asked, text="هنوز نه")
        assert state(asked) == "unanswered"
        answer(asked, nasrin, "و حالا؟", closes=True)
        assert state(asked) == "closed"
        write_again(help_request=asked, text="باز هم نه")
        assert state(asked) == "unanswered"

    def test_close_and_reopen_count_once(self, asked, nasrin, omid) -> None:
        assert close_help(help_request=asked, staff=nasrin)
        assert not close_help(help_request=asked, staff=omid)
        assert state(asked) == "closed"
        assert asked.answered_by == nasrin

        assert reopen_help(help_request=asked)
        assert not reopen_help(help_request=asked)
        assert state(asked) == "unanswered"

    def test_closing_keeps_who_answered(self, asked, nasrin, omid) -> None:
        answer(asked, nasrin)
        close_help(help_request=asked, staff=omid)

        assert state(asked) == "closed"
        assert asked.answered_by == nasrin


class TestTwoAtOnce:
    def test_answer_to_an_unseen_message_is_refused(self, asked, nasrin, omid) -> None:
        answer(asked, nasrin)

        with pytest.raises(ThreadChangedError):
            answer(asked, omid, "من هم", last_seen=0)
        assert asked.messages.count() == 1

    def test_double_click_sends_one_answer(self, asked, nasrin) -> None:
        replace_addresses(user=asked.user, address="sara@example.ir")
        first = answer(asked, nasrin)

        assert answer(asked, nasrin, last_seen=0) == first
        assert OutgoingMail.objects.filter(recipients=["sara@example.ir"]).count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_one_of_simultaneous_answers_wins(self, asked, nasrin, omid) -> None:
        def reply(staff: User) -> bool:
            try:
                answer_help(help_request=asked, staff=staff, text="پاسخ", last_seen=0)
            except ThreadChangedError:
                return False
            return True

        assert sorted(at_once(reply, [nasrin, omid])) == [False, True]
        assert asked.messages.count() == 1


class TestLimits:
    def test_messages_of_an_hour_are_limited(self, asked, nasrin) -> None:
        other = request_help(user=asked.user, words="دیگر")
        for number in range(MAX_MESSAGES_PER_HOUR):
            write_again(help_request=(asked, other)[number % 2], text=f"{number}")

        with pytest.raises(TooManyMessagesError):
            write_again(help_request=asked, text="باز")
        answer(asked, nasrin)  # staff are not limited

        HelpMessage.objects.update(created_at=timezone.now() - timedelta(hours=1))
        write_again(help_request=asked, text="باز")

    def test_same_message_twice_is_one(self, asked, nasrin) -> None:
        first = write_again(help_request=asked, text="باز")

        assert write_again(help_request=asked, text="باز") == first
        assert asked.messages.count() == 1

    def test_thread_has_a_longest_length(self, asked, nasrin, monkeypatch) -> None:
        monkeypatch.setattr(messages, "LONGEST_THREAD", 1)
        write_again(help_request=asked, text="یک")

        with pytest.raises(ThreadFullError):
            write_again(help_request=asked, text="دو")

    @pytest.mark.django_db(transaction=True)
    def test_simultaneous_messages_stay_within_the_limit(self, asked, sara) -> None:
        def write(number: int) -> bool:
            own = HelpRequest.objects.get(pk=asked.pk)
            try:
                write_again(help_request=own, text=f"{number}")
            except TooManyMessagesError:
                return False
            return True

        wanted = range(MAX_MESSAGES_PER_HOUR + 3)
        assert sum(at_once(write, wanted)) == MAX_MESSAGES_PER_HOUR


class TestOwnPage:
    def test_thread_is_shown_in_order(self, browser: Client, asked, nasrin) -> None:
        answer(asked, nasrin, "خط یک\nخط دو")
        write_again(help_request=asked, text="سپاس")

        page = soup(browser.get(page_of(asked)))

        entries = [
            " ".join(entry.select_one(".thread__text").stripped_strings)
            for entry in page.select(".thread__entry")
        ]
        assert entries == ["نشد", "خط یک خط دو", "سپاس"]
        assert page.select(".thread__text br")

    def test_answer_is_unread_until_its_page_opens(self, browser, asked, nasrin) -> None:
        answer(asked, nasrin)
        assert "پاسخ تازه" in text(browser.get(LIST))

        assert "تازه" in text(browser.get(page_of(asked)))

        assert "پاسخ تازه" not in text(browser.get(LIST))
        assert asked.messages.get().read_at is not None

    def test_page_stores_a_message_and_mails_staff(self, browser, asked, settings) -> None:
        settings.SUPPORT_EMAIL = ["help@example.ir"]

        response = browser.post(page_of(asked), {"text": "  باز هم\r\nنشد "}, follow=True)

        message = HelpMessage.objects.get()
        assert (message.author, message.is_from_staff) == (asked.user, False)
        assert message.text == "باز هم\nنشد"
        assert "پیام شما ثبت شد." in text(response)
        letter = OutgoingMail.objects.get()
        assert "باز هم\nنشد" in letter.body
        assert asked.reference in letter.subject
        assert letter.reply_to == ["sara@example.ir"]
        assert latin_words(words_of_mail(letter.body)) == set()

    @pytest.mark.parametrize("written", ["", "  \n", "س" * 2001])
    def test_empty_and_long_messages_are_refused(self, browser, asked, written) -> None:
        response = browser.post(page_of(asked), {"text": written})

        assert response.status_code == 200
        assert soup(response).select("#id_text[aria-invalid]")
        assert not HelpMessage.objects.exists()

    def test_message_over_the_limit_keeps_the_text(self, browser, asked) -> None:
        for number in range(MAX_MESSAGES_PER_HOUR):
            write_again(help_request=asked, text=f"{number}")

        response = browser.post(page_of(asked), {"text": "متن من"})

        assert response.status_code == 429
        assert "متن من" in response.content.decode()

    def test_closed_request_says_how_to_reopen(self, browser, asked, nasrin) -> None:
        close_help(help_request=asked, staff=nasrin)
        assert "دوباره باز شود" in text(browser.get(page_of(asked)))

        browser.post(page_of(asked), {"text": "هنوز"})

        assert state(asked) == "unanswered"

    def test_answer_outside_the_portal_is_named(self, browser, asked, nasrin) -> None:
        HelpRequest.objects.update(answered_at=timezone.now(), answered_by=nasrin)

        assert "بیرون از این صفحه" in text(browser.get(page_of(asked)))


class TestHostileUser:
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_thread_of_another_user_is_hidden(self, browser, omid, headers) -> None:
        theirs = request_help(user=omid, words="محرمانه")

        assert browser.get(page_of(theirs), headers=headers).status_code == 404
        assert browser.post(page_of(theirs), {"text": "x"}, headers=headers).status_code == 404
        assert theirs.reference not in text(browser.get(LIST))
        assert not HelpMessage.objects.exists()

    def test_staff_have_no_others_on_the_own_page(self, client, nasrin, asked) -> None:
        client.force_login(nasrin)

        assert client.get(page_of(asked)).status_code == 404

    def test_visitor_sees_no_thread(self, client, asked) -> None:
        for page in (LIST, page_of(asked)):
            assert reverse("account_login") in client.get(page)["Location"]

    @pytest.mark.parametrize("page", ["own", "admin"])
    def test_texts_are_no_html_and_no_links(self, client, nasrin, asked, page: str) -> None:
        User.objects.filter(pk=asked.user_id).update(first_name="<b>پشتیبانی</b>")
        attack = '<script>alert(1)</script> https://evil.example <a href="//evil.example">x</a>'
        write_again(help_request=asked, text=attack)
        HelpRequest.objects.update(words=attack)
        admin = reverse("admin:jupyter_integration_helprequest_change", args=[asked.pk])
        client.force_login(nasrin if page == "admin" else asked.user)

        shown = client.get(page_of(asked) if page == "own" else admin)

        assert "<script>alert" not in shown.content.decode()
        assert "<b>پشتیبانی" not in shown.content.decode()
        entries = soup(shown).select(".thread__text")
        assert [entry.get_text(strip=True) for entry in entries] == [attack, attack]
        assert not soup(shown).select(".thread a")

    def test_users_name_is_no_name_of_staff(self, client, nasrin, asked) -> None:
        User.objects.filter(pk=asked.user_id).update(first_name="پشتیبانی", last_name="شاپرک")
        admin = reverse("admin:jupyter_integration_helprequest_change", args=[asked.pk])
        client.force_login(nasrin)

        [entry] = soup(client.get(admin)).select(".thread__entry")

        assert entry.strong.get_text(strip=True) == "کاربر"
        assert "thread__entry--other" not in entry["class"]

    def test_posted_role_is_ignored(self, browser, asked, nasrin) -> None:
        forged = {"text": "x", "is_from_staff": "on", "author": nasrin.pk, "read_at": "x"}
        browser.post(page_of(asked), forged)

        message = HelpMessage.objects.get()
        assert (message.author, message.is_from_staff) == (asked.user, False)


class TestMailToUser:
    def test_answer_goes_to_the_confirmed_address(self, asked, nasrin, workers, settings) -> None:
        settings.SUPPORT_EMAIL = ["help@example.ir"]
        replace_addresses(user=asked.user, address="sara@example.ir")
        OutgoingMail.objects.all().delete()
        with workers.committing():
            answer(asked, nasrin, "درست شد.\n<b>سپاس</b>")
        workers.work_off()

        [letter] = mail.outbox
        assert (letter.to, letter.reply_to) == (["sara@example.ir"], ["help@example.ir"])
        assert asked.reference in letter.subject
        assert "درست شد.\n<b>سپاس</b>" in letter.body
        assert page_of(asked) in letter.body
        assert latin_words(words_of_mail(letter.body.replace("<b>", "").replace("</b>", ""))) == (
            set()
        )

    def test_unconfirmed_address_gets_no_answer(self, asked, nasrin) -> None:
        User.objects.filter(pk=asked.user_id).update(signed_up=True)
        asked.refresh_from_db()
        sent = answer_help(help_request=asked, staff=nasrin, text="درست شد", last_seen=0)

        assert sent.mailed_to == ""
        assert not OutgoingMail.objects.filter(recipients=["sara@example.ir"]).exists()

    def test_mail_is_in_the_language_of_the_user(self, asked, nasrin) -> None:
        User.objects.filter(pk=asked.user_id).update(language="en")
        asked.refresh_from_db()
        answer(asked, nasrin)

        letter = OutgoingMail.objects.get(recipients=["sara@example.ir"])
        assert "The administrators have answered" in letter.body


class TestFailures:
    def test_answer_and_its_mail_are_both_or_neither(self, asked, nasrin, monkeypatch) -> None:
        def fail(**_arguments: object) -> None:
            raise OperationalError

        monkeypatch.setattr(answers, "mail_answer", fail)
        with pytest.raises(OperationalError):
            answer(asked, nasrin)

        assert not HelpMessage.objects.exists()
        assert state(asked) == "unanswered"

    def test_message_and_its_mail_are_both_or_neither(self, asked, nasrin, monkeypatch) -> None:
        def fail(**_arguments: object) -> None:
            raise OperationalError

        answer(asked, nasrin)
        monkeypatch.setattr(messages, "mail_help_request", fail)
        with pytest.raises(OperationalError):
            write_again(help_request=asked, text="باز")

        assert asked.messages.count() == 1
        assert state(asked) == "answered"

    def test_mail_waits_for_broker_and_mail_server(self, asked, nasrin, workers) -> None:
        replace_addresses(user=asked.user, address="sara@example.ir")
        OutgoingMail.objects.all().delete()
        with broken_broker(), workers.committing():
            answer(asked, nasrin)
        assert (workers.sent, OutgoingMail.objects.count()) == ([], 1)
        assert state(asked) == "answered"

        OutgoingMail.objects.update(created_at=timezone.now() - timedelta(minutes=1))
        deliver_waiting_mail()

        assert [letter.to for letter in mail.outbox] == [["sara@example.ir"]]


def test_thread_outlives_the_account_of_its_author(browser: Client, asked, nasrin) -> None:
    second = User.objects.create_superuser("second", "second@example.ir")
    answer(asked, second)
    second.delete()

    assert "درست شد" in text(browser.get(page_of(asked)))


def test_request_of_an_old_process_has_a_thread(browser: Client, sara, nasrin) -> None:
    """A process of the version before writes `words` and `answered_at`, and knows no messages."""
    old = HelpRequest.objects.create(user=sara, words="قدیمی", server_state="ready", language="fa")
    HelpRequest.objects.filter(pk=old.pk).update(answered_at=timezone.now(), answered_by=nasrin)

    page = browser.get(page_of(old))

    assert "قدیمی" in text(page)
    assert state(old) == "answered"
