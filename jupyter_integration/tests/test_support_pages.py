"""Support pages: the form, the page after it, and the requests on the dashboard."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, SpawnRequest
from jupyter_integration.services.answer_help import answer_help
from jupyter_integration.services.request_help import MAX_PER_HOUR, request_help
from jupyter_integration.status.dashboard_data import ANSWER_SHOWN_FOR
from jupyter_integration.testing.hub_away import find_the_hub_away
from jupyter_integration.tests.pages import DASHBOARD, LOGIN, destination
from jupyter_integration.tests.scenes import see, start
from portal.mail.models import OutgoingMail

State = SpawnRequest.State
HELP = reverse("help")


def text(response) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text().split())


def failed_start(user: User) -> SpawnRequest:
    return start(user, State.FAILED, failure_code=FailureCode.NO_SPACE, message="no space left")


def test_failure_leads_to_the_form_and_a_reference(browser: Client, sara: User) -> None:
    see(sara)
    about = failed_start(sara)
    card = BeautifulSoup(browser.get(DASHBOARD).content, "html.parser").find(id="server-help")

    page = browser.get(card["href"])
    assert "دیسک پر است" in text(page)
    assert about.reference in text(page)
    form = BeautifulSoup(page.content, "html.parser").find("form", action=HELP)
    response = browser.post(
        HELP,
        {"about": form.find(attrs={"name": "about"})["value"], "words": "نشد"},
        headers={"user-agent": "Firefox/145"},
    )

    asked = HelpRequest.objects.get()
    assert (asked.spawn_request, asked.words, asked.browser) == (about, "نشد", "Firefox/145")
    received = browser.get(destination(response)[0])
    assert asked.reference in text(received)
    assert "درخواست شما ثبت شد." in text(received)
    assert "ایمیل می‌شود" not in text(received), "nobody is mailed"


def test_form_works_without_hub_and_mail_server(browser, sara, settings) -> None:
    settings.JUPYTERHUB_API_URL = "http://127.0.0.1:9/hub/api"
    settings.EMAIL_BACKEND = "nowhere.at.all.Backend"
    settings.SUPPORT_EMAIL = ["help@example.ir"]
    find_the_hub_away()

    assert browser.get(HELP).status_code == 200
    assert browser.post(HELP, {"words": "کمک"}).status_code == 302
    assert (HelpRequest.objects.count(), OutgoingMail.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("state", "words_are_required"), [(State.FAILED, False), (State.READY, True), (None, True)]
)
def test_words_are_required_without_a_failure(
    browser, sara, state: SpawnRequest.State | None, words_are_required: bool
) -> None:
    code = FailureCode.NO_SPACE if state == State.FAILED else ""
    about = start(sara, state, failure_code=code).reference if state else ""

    response = browser.post(HELP, {"about": about, "words": "   "})

    assert response.status_code == (200 if words_are_required else 302)
    assert HelpRequest.objects.exists() != words_are_required


def test_second_request_about_a_start_shows_the_first(browser, sara) -> None:
    about = failed_start(sara)
    asked = request_help(user=sara, words="کمک", about=about)

    response = browser.get(HELP, {"about": about.reference})

    assert destination(response)[0] == reverse("help_request", args=[asked.pk])


@pytest.mark.parametrize("about", ["S999999", "H1", "9" * 40])
def test_unknown_reference_is_ignored(browser, sara, about: str) -> None:
    assert browser.get(HELP, {"about": about}).status_code == 200
    browser.post(HELP, {"about": about, "words": "کمک"})

    assert HelpRequest.objects.get().spawn_request is None


def test_start_and_request_of_another_user_are_hidden(browser, sara, omid) -> None:
    about = failed_start(omid)
    page = browser.get(HELP, {"about": about.reference})
    browser.post(HELP, {"about": about.reference, "words": "کمک"})

    assert "دیسک" not in text(page)
    assert HelpRequest.objects.get().spawn_request is None
    theirs = request_help(user=omid, words="محرمانه")
    assert browser.get(reverse("help_request", args=[theirs.pk])).status_code == 404


def test_request_over_the_limit_keeps_the_words(browser, sara) -> None:
    for number in range(MAX_PER_HOUR):
        request_help(user=sara, words=f"کمک {number}")

    response = browser.post(HELP, {"words": "متن بلند من"})

    assert response.status_code == 429
    assert "کمی صبر کنید" in text(response)
    assert "متن بلند من" in response.content.decode()
    assert HelpRequest.objects.count() == MAX_PER_HOUR


def test_two_thousand_characters_fit(browser, sara) -> None:
    """Browsers send each line's end as two characters, which count as one."""
    lines = "\r\n".join(["سطر"] * 500)  # 1,999 as people count

    assert browser.post(HELP, {"words": f"{lines}۱"}).status_code == 302
    assert browser.post(HELP, {"words": f"{lines}۱۲"}).status_code == 200


def test_mail_to_staff_is_promised_only_if_sent(browser, sara, settings) -> None:
    settings.SUPPORT_EMAIL = ["help@example.ir"]

    received = browser.post(HELP, {"words": "کمک"}, follow=True)

    assert "درخواست شما ثبت شد و برای مدیر سامانه ایمیل می‌شود." in text(received)
    assert OutgoingMail.objects.get().recipients == ["help@example.ir"]


def test_visitor_is_led_to_sign_in_and_back(client, db: None) -> None:
    page = f"{HELP}?about=S17"

    assert destination(client.get(page)) == (LOGIN, {"next": [page]})


def test_dashboard_shows_open_and_answered_requests(browser, sara, nasrin, workers) -> None:
    see(sara)
    assert "درخواست‌های پشتیبانی شما" not in text(browser.get(DASHBOARD))
    with workers.committing():
        browser.post(HELP, {"words": "کمک"})
    asked = HelpRequest.objects.get()

    assert "در انتظار پاسخ" in text(browser.get(DASHBOARD))

    with workers.committing():
        answer_help(help_request=asked, staff=nasrin, text="درست شد", last_seen=0)
    page = browser.get(DASHBOARD)
    assert asked.reference in text(page)
    assert "پاسخ داده شد پاسخ تازه" in text(page)


def test_old_answer_is_not_on_the_dashboard(browser, sara, nasrin) -> None:
    see(sara)
    asked = request_help(user=sara, words="کمک")
    long_ago = timezone.now() - ANSWER_SHOWN_FOR - timedelta(minutes=1)
    HelpRequest.objects.update(created_at=long_ago, answered_at=long_ago)

    assert asked.reference not in text(browser.get(DASHBOARD))
    assert asked.reference in text(browser.get(HELP))
