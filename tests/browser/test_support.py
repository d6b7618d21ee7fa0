"""Support: the code of a failed start, the request with that code, and the conversation."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpMessage, HelpRequest, SavedAnswer, SpawnRequest
from jupyter_integration.services.answer_help import answer_help
from jupyter_integration.services.request_help import request_help
from tests.browser.live_pages import Opened, poll

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def failed(student: User) -> SpawnRequest:
    return SpawnRequest.objects.create(
        user=student,
        state=SpawnRequest.State.FAILED,
        failure_code=FailureCode.NO_SPACE,
        finished_at=timezone.now() + timedelta(seconds=1),
    )


def test_code_of_a_replaced_card_is_copied(open_page: Opened, failed: SpawnRequest) -> None:
    page = open_page("/dashboard/", permissions=CLIPBOARD)
    poll(page)
    copy = page.locator(f"#copy-{failed.reference}")
    copy.click()
    expect(copy).to_have_text("کپی شد")
    expect(copy).to_be_focused()
    assert page.evaluate("navigator.clipboard.readText()") == failed.reference
    expect(copy).to_have_text("کپی", timeout=5000)


@pytest.mark.parametrize("scripts", [True, False])
def test_support_request_is_received_with_its_code(
    open_page: Opened, failed: SpawnRequest, scripts: bool
) -> None:
    page = open_page("/dashboard/", java_script_enabled=scripts, viewport=PHONE)
    page.click("#server-help")
    page.fill("#id_words", "نوت‌بوک درس ۴ باز نشد.")
    page.click("main form [type=submit]")

    asked = HelpRequest.objects.get()
    assert (asked.spawn_request, asked.words) == (failed, "نوت‌بوک درس ۴ باز نشد.")
    assert "Chrome" in asked.browser
    expect(page.get_by_text("درخواست شما ثبت شد.")).to_be_visible()
    expect(page.locator(".reference bdi")).to_have_text(asked.reference)
    expect(page.locator(".reference__copy")).to_be_visible(visible=scripts)
    page.goto(page.url.replace(f"/help/{asked.pk}/", "/dashboard/"))
    expect(page.get_by_text("در انتظار پاسخ")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_staff_answer_by_keyboard(
    open_page: Opened, student: User, omid: User, scripts: bool
) -> None:
    User.objects.filter(pk=student.pk).update(is_staff=True, is_superuser=True)
    asked = request_help(user=omid, words="دیسک پر است.")
    SavedAnswer.objects.create(title="دیسک", text="فایل‌های بزرگ را حذف کنید.")
    address = reverse("admin:jupyter_integration_helprequest_change", args=[asked.pk])
    page = open_page(address, java_script_enabled=scripts, viewport=PHONE)

    page.focus("#id_text")
    page.keyboard.type("سلام")
    for key in ("Tab", "ArrowDown", "Tab", "Enter"):  # the saved answer, "insert"
        page.keyboard.press(key)
    expect(page.locator("#id_text")).to_have_value("سلام\n\nفایل‌های بزرگ را حذف کنید.")
    page.focus("#id_text")
    for key in ("Tab", "Tab", "Tab", "Enter"):  # the saved answer, "insert", "send"
        page.keyboard.press(key)

    expect(page.get_by_text("پاسخ شما ثبت شد")).to_be_visible()
    expect(page.locator(".thread__entry")).to_have_count(2)
    assert HelpMessage.objects.get().text == "سلام\n\nفایل‌های بزرگ را حذف کنید."
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scripts", [True, False])
def test_student_reads_an_answer_and_writes_again(
    open_page: Opened, student: User, nasrin: User, scripts: bool
) -> None:
    asked = request_help(user=student, words="دیسک پر است.")
    long_word = "x" * 300
    answer_help(help_request=asked, staff=nasrin, text=f"چه می‌بینید؟ {long_word}", last_seen=0)
    page = open_page("/help/requests/", java_script_enabled=scripts, viewport=PHONE)
    expect(page.get_by_text("پاسخ تازه")).to_be_visible()

    page.click(".starts__link")
    expect(page.locator(".thread__entry")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.focus("#id_text")
    page.keyboard.type("هیچ.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("پیام شما ثبت شد.")).to_be_visible()
    expect(page.locator(".thread__entry")).to_have_count(3)
    page.goto(page.url.replace(f"/help/{asked.pk}/", "/help/requests/"))
    expect(page.get_by_text("در انتظار پاسخ")).to_be_visible()
    expect(page.get_by_text("پاسخ تازه")).to_have_count(0)
