"""Forms in a browser: own sentences before they are sent, and help with passwords."""

import re

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.live_pages import Opened

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}}
EMPTY = "این بخش را پر کنید."


def error_of(page: Page, name: str) -> Locator:
    return page.locator(f"#id_{name}_error")


def submit(page: Page) -> None:
    page.locator("main form:has(.field) [type=submit]").last.click()


def posts_of(page: Page) -> list[str]:
    """Return a list that grows by the address of each form that is sent from now on."""
    sent: list[str] = []

    def record(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", record)
    return sent


def count_bubbles(page: Page) -> None:
    """Count the events with which a browser announces its own bubbles."""
    page.evaluate(
        """() => {
            window.bubbles = 0;
            document.addEventListener("invalid", () => { window.bubbles += 1; }, true);
        }"""
    )


def test_empty_form_is_answered_by_the_portal(open_page: Opened) -> None:
    page = open_page("/accounts/signup/", visitor=True, **PHONE)
    sent = posts_of(page)
    count_bubbles(page)
    submit(page)

    for name in ("username", "email", "password1"):
        field = page.locator(f"#id_{name}")
        expect(error_of(page, name)).to_have_text(EMPTY)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_attribute("aria-describedby", re.compile(rf"^id_{name}_error\b"))
    expect(page.locator("#id_username")).to_be_focused()
    summary = page.locator("[data-error-summary]")
    expect(summary.get_by_role("link")).to_have_count(3)
    summary.get_by_role("link").last.click()
    expect(page.locator("#id_password1")).to_be_focused()
    assert sent == []
    assert page.evaluate("window.bubbles") == 0


def test_mended_form_is_sent_at_once(open_page: Opened) -> None:
    page = open_page("/accounts/signup/", visitor=True, **PHONE)
    submit(page)
    button = page.locator("main form:has(.field) [type=submit]")
    expect(button).not_to_have_attribute("aria-disabled", "true", timeout=2000)
    page.fill("[name=username]", "ali")
    expect(error_of(page, "username")).to_be_hidden()
    page.fill("[name=email]", "\u200fali@example.ir")
    page.fill("[name=password1]", "Parvaneh-dar-bad-81")
    submit(page)
    page.wait_for_url("**/dashboard/**")


def test_field_that_the_server_refuses_has_focus(open_page: Opened) -> None:
    page = open_page("/accounts/signup/", visitor=True, **PHONE)
    page.fill("[name=username]", "a b")
    page.fill("[name=email]", "ali@example.ir")
    page.fill("[name=password1]", "Parvaneh-dar-bad-81")
    with page.expect_navigation():
        submit(page)
    expect(page.locator("#id_username")).to_be_focused()
    expect(error_of(page, "username")).to_be_visible()


def test_wrong_address_is_told_when_left(open_page: Opened) -> None:
    page = open_page("/accounts/password/reset/", visitor=True, **PHONE)
    field = page.locator("[name=email]")
    field.focus()
    field.blur()
    expect(error_of(page, "email")).to_be_hidden()  # nothing was typed yet

    field.fill("nowhere")
    field.blur()
    expect(error_of(page, "email")).to_have_text(re.compile("[آ-ی]"))
    field.fill("sara@example.ir")
    expect(error_of(page, "email")).to_be_hidden()
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_sentences_are_in_the_pages_language(open_page: Opened) -> None:
    page = open_page("/accounts/login/", visitor=True, locale="fa-IR")
    page.context.add_cookies([{"name": "shaparak_language", "value": "en", "url": page.url}])
    page.reload()
    submit(page)
    expect(error_of(page, "login")).to_have_text("This field is required.")


def test_repetition_of_a_password_is_compared(open_page: Opened) -> None:
    page = open_page("/accounts/password/change/", **PHONE)
    sent = posts_of(page)
    page.fill("[name=oldpassword]", "sara-s-password")
    page.fill("[name=password1]", "Parvaneh-dar-bad-81")
    page.fill("[name=password2]", "Parvaneh-dar-bad-18")
    submit(page)
    expect(error_of(page, "password2")).to_contain_text("همان گذرواژه")
    assert sent == []


def test_box_that_must_be_ticked_is_told(open_page: Opened) -> None:
    page = open_page("/accounts/login/?next=/accounts/delete/", visitor=True, **PHONE)
    page.fill("[name=login]", "sara")
    page.fill("[name=password]", "sara-s-password")
    submit(page)
    page.wait_for_url("**/accounts/delete/")
    submit(page)
    expect(error_of(page, "understood")).to_have_text(EMPTY)


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/login/"])
def test_form_without_javascript_is_answered_by_the_server(open_page: Opened, path: str) -> None:
    page = open_page(path, visitor=True, java_script_enabled=False, **PHONE)
    with page.expect_response(lambda response: response.request.method == "POST"):
        submit(page)
    expect(page.locator(".field__error:not([hidden])").first).to_have_text(EMPTY)


def test_persian_keyboard_is_noticed_in_password(open_page: Opened) -> None:
    page = open_page("/accounts/login/", visitor=True, **PHONE)
    warning = page.get_by_text("صفحه‌کلید شما روی حروف فارسی است.")
    page.fill("[name=password]", "۱۲۳")
    expect(warning).to_have_count(0)  # digits of any keyboard are the same
    page.fill("[name=password]", "سلام")
    expect(warning).to_have_role("status")
    page.fill("[name=password]", "salam")
    expect(warning).to_have_count(0)


def test_caps_lock_is_noticed_in_password(open_page: Opened) -> None:
    page = open_page("/accounts/login/", visitor=True, **PHONE)
    warning = page.get_by_text("کلید Caps Lock روشن است.")
    field = page.locator("[name=password]")
    field.focus()
    for is_on in (True, False):
        field.evaluate(
            """(field, modifierCapsLock) => field.dispatchEvent(
                new KeyboardEvent("keydown", {key: "a", bubbles: true, modifierCapsLock})
            )""",
            is_on,
        )
        expect(warning).to_have_count(int(is_on))
    page.keyboard.press("a")  # without an error of the script


def test_password_rules_tick_as_one_types(open_page: Opened) -> None:
    page = open_page("/accounts/signup/", visitor=True, **PHONE)
    rules = page.locator("[data-rules-of]")
    expect(rules).to_contain_text("حداقل ۸ نویسه، نه فقط رقم، نه رایج و نه شبیه نام شما")
    page.fill("[name=username]", "parisa")

    def held() -> list[str]:
        return rules.locator("[data-holds]").evaluate_all("all => all.map(e => e.dataset.rule)")

    for password, expected in [
        ("", []),
        ("۱۲۳۴", ["name"]),
        ("12345678", ["length", "name"]),
        ("Parisa-1404", ["length", "letters"]),
        ("Parvaneh-81", ["length", "letters", "name"]),
    ]:
        page.fill("[name=password1]", password)
        assert held() == expected, password
    expect(rules.get_by_role("status")).to_have_text(re.compile("رعایت شده"))


def test_button_beside_a_password_is_large(open_page: Opened) -> None:
    page = open_page("/accounts/login/", visitor=True, **PHONE)
    button = page.locator(".field__reveal").bounding_box()
    assert button is not None
    assert min(button["width"], button["height"]) >= 44

    # It covers nothing that is typed: the padding is on its side.
    padding = page.locator("[name=password]").evaluate("e => getComputedStyle(e).paddingLeft")
    assert float(padding.removesuffix("px")) >= button["width"]
