"""Support after a failed start: its code in the clipboard, and the request with that code."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from jupyter_integration.failures.codes import FailureCode
from jupyter_integration.models import HelpRequest, SpawnRequest
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
