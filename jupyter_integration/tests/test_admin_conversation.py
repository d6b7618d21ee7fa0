"""Conversation on the admin page of a help request, saved answers, and the badge."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services.settle_addresses import replace_addresses
from jupyter_integration.models import HelpMessage, HelpRequest, SavedAnswer
from jupyter_integration.services.answer_help import answer_help, close_help
from jupyter_integration.services.request_help import request_help
from jupyter_integration.services.write_again import write_again
from jupyter_integration.tests.scenes import employ
from portal.mail.models import OutgoingMail

INDEX = reverse("admin:index")
SAVED = reverse("admin:jupyter_integration_savedanswer_add")


@pytest.fixture
def asked(sara: User) -> HelpRequest:
    return request_help(user=sara, words="نشد")


def page_of(asked: HelpRequest) -> str:
    return reverse("admin:jupyter_integration_helprequest_change", args=[asked.pk])


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def press(staff: Client, asked: HelpRequest, button: str, **data: object):
    return staff.post(page_of(asked), {"last_seen": 0, button: "x"} | data)


def told(response) -> str:
    return " ".join(map(str, get_messages(response.wsgi_request)))


def state(asked: HelpRequest) -> str:
    asked.refresh_from_db()
    return asked.state.value


class TestAnswer:
    def test_answer_is_stored_and_mailed(self, staff, asked, nasrin) -> None:
        replace_addresses(user=asked.user, address="sara@example.ir")
        OutgoingMail.objects.all().delete()

        response = press(staff, asked, "_answer", text="درست شد")

        message = HelpMessage.objects.get()
        assert (message.author, message.is_from_staff, message.text) == (nasrin, True, "درست شد")
        assert state(asked) == "answered"
        assert "ایمیل می‌شود" in told(response)
        assert OutgoingMail.objects.get().recipients == ["sara@example.ir"]

    def test_answer_without_an_address_is_not_called_mailed(self, staff, asked) -> None:
        User.objects.filter(pk=asked.user_id).update(email="")
        OutgoingMail.objects.all().delete()

        response = press(staff, asked, "_answer", text="درست شد")

        assert "ایمیلی فرستاده نمی‌شود" in told(response)
        assert not OutgoingMail.objects.exists()

    def test_page_shows_the_whole_thread(self, staff, asked, nasrin) -> None:
        answer_help(help_request=asked, staff=nasrin, text="پاسخ", last_seen=0)
        write_again(help_request=asked, text="هنوز نه")

        entries = soup(staff.get(page_of(asked))).select(".thread__entry")

        texts = [entry.select_one(".thread__text").get_text(strip=True) for entry in entries]
        assert texts == ["نشد", "پاسخ", "هنوز نه"]
        assert "هنوز خوانده نشده" in entries[1].get_text()
        assert entries[2].select_one("time")["title"]

    def test_empty_answer_is_refused(self, staff, asked) -> None:
        response = press(staff, asked, "_answer", text=" \n")

        assert "پاسخ را بنویسید" in soup(response).select_one(".conversation").get_text()
        assert state(asked) == "unanswered"

    def test_buttons_close_and_reopen(self, staff, asked) -> None:
        press(staff, asked, "_answer_and_close", text="درست شد")
        assert state(asked) == "closed"
        press(staff, asked, "_reopen")
        assert state(asked) == "unanswered"
        press(staff, asked, "_close")
        assert state(asked) == "closed"
        assert asked.messages.count() == 1

    def test_page_offers_what_the_state_allows(self, staff, asked, nasrin) -> None:
        def buttons() -> set[str]:
            names = {
                button["name"]
                for button in soup(staff.get(page_of(asked))).select(".conversation [type=submit]")
            }
            return names & {"_close", "_reopen"}

        assert buttons() == {"_close"}
        answer_help(help_request=asked, staff=nasrin, text="پاسخ", last_seen=0)
        assert buttons() == {"_close", "_reopen"}
        close_help(help_request=asked, staff=nasrin)
        assert buttons() == {"_reopen"}

    def test_unseen_answer_is_shown_and_the_text_kept(self, staff, asked, omid) -> None:
        theirs = answer_help(help_request=asked, staff=omid, text="پاسخ او", last_seen=0).message

        response = press(staff, asked, "_answer", text="پاسخ من")

        page = soup(response)
        assert "پاسخ او" in page.select_one(".thread").get_text()
        assert "در این فاصله" in page.get_text()
        assert page.select_one("#id_text").get_text(strip=True) == "پاسخ من"
        assert asked.messages.count() == 1

        seen = page.select_one("[name=last_seen]")["value"]
        assert seen == str(theirs.pk)
        press(staff, asked, "_answer", text="پاسخ من", last_seen=seen)
        assert asked.messages.count() == 2

    def test_view_permission_allows_reading_alone(self, client, omid, asked) -> None:
        employ(omid, "view_helprequest")
        client.force_login(omid)

        page = soup(client.get(page_of(asked)))

        assert "نشد" in page.select_one(".thread").get_text()
        assert not page.select("textarea, .conversation [type=submit]")
        assert press(client, asked, "_answer", text="x").status_code == 403
        assert not HelpMessage.objects.exists()

    def test_staff_without_permission_read_nothing(self, client, omid, asked) -> None:
        employ(omid, "view_spawnrequest")
        client.force_login(omid)

        assert client.get(page_of(asked)).status_code == 403


class TestSavedAnswers:
    def test_chosen_answer_is_put_behind_the_text(self, staff, asked) -> None:
        saved = SavedAnswer.objects.create(title="دیسک", text="فایل‌ها را پاک کنید.")

        page = soup(press(staff, asked, "_insert", saved=saved.pk, text="سلام"))

        text = page.select_one("#id_text").get_text().strip()
        assert text == "سلام\n\nفایل‌ها را پاک کنید."
        assert not page.select(".errornote, .errorlist")
        assert not HelpMessage.objects.exists()

    @pytest.mark.parametrize("chosen", ["", "999", "x", "²"])
    def test_no_choice_keeps_the_text(self, staff, asked, chosen: str) -> None:
        SavedAnswer.objects.create(title="دیسک", text="فایل‌ها را پاک کنید.")

        page = soup(press(staff, asked, "_insert", saved=chosen, text="سلام"))

        assert page.select_one("#id_text").get_text().strip() == "سلام"

    @pytest.mark.parametrize(("language", "first"), [("fa", "دیسک"), ("en", "Disk")])
    def test_answers_in_the_users_language_come_first(
        self, staff, asked, language: str, first: str
    ) -> None:
        HelpRequest.objects.update(language=language)
        SavedAnswer.objects.create(title="Disk", language="en", text="Delete files.")
        SavedAnswer.objects.create(title="دیسک", language="fa", text="فایل‌ها را پاک کنید.")

        options = soup(staff.get(page_of(asked))).select("#id_saved option")

        assert options[1].get_text().startswith(first)

    def test_staff_save_an_answer(self, staff) -> None:
        staff.post(SAVED, {"title": "دیسک", "language": "fa", "text": "پاک کنید."})

        assert SavedAnswer.objects.get().title == "دیسک"


class TestBadge:
    @pytest.mark.parametrize("address", [INDEX, reverse("admin:accounts_user_changelist")])
    def test_badge_counts_unanswered_in_persian_digits(self, staff, asked, omid, address) -> None:
        request_help(user=omid, words="کمک")
        close_help(help_request=request_help(user=omid, words="حل شد"), staff=omid)

        badges = soup(staff.get(address)).select(".model-helprequest .waiting-badge")

        assert badges
        assert {badge.get_text() for badge in badges} == {"۲ بی‌پاسخ"}

    def test_no_badge_without_unanswered(self, staff) -> None:
        assert not soup(staff.get(INDEX)).select(".waiting-badge")

    def test_staff_without_permission_see_no_badge(self, client, omid, asked) -> None:
        employ(omid, "view_spawnrequest")
        client.force_login(omid)

        assert not soup(client.get(INDEX)).select(".waiting-badge")
