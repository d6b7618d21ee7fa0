"""Contact of the administrators: where it is shown, in which language, and its links."""

import pytest
from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views import defaults

from accounts.models import User
from jupyter_integration.failures.catalogue import explain
from jupyter_integration.failures.codes import FailureCode
from portal.templatetags.contact import support_contact, support_contact_links

CONTACT = "اتاق ۱۱۲، تلفن ۰۲۱-۶۶۱۶ ۵۵۵۵، help@example.ir"


@pytest.fixture
def contact(settings) -> str:
    settings.SUPPORT_CONTACT = CONTACT
    return CONTACT


def shown_in(html: str, part: str) -> str:
    found = BeautifulSoup(html, "html.parser").select_one(f"{part} .contact")
    return " ".join(found.get_text().split()) if isinstance(found, Tag) else ""


def test_visitors_read_the_contact_in_the_footer(client: Client, db: None, contact: str) -> None:
    page = client.get("/").content.decode()
    assert shown_in(page, "footer") == f"مدیر سامانه: {contact}"


def test_signed_in_people_read_it_in_the_footer(client: Client, sara: User, contact: str) -> None:
    client.force_login(sara)
    assert contact in shown_in(client.get("/dashboard/").content.decode(), "footer")


def test_unset_contact_leaves_no_trace(client: Client, db: None) -> None:
    assert "مدیر سامانه:" not in client.get("/").content.decode()


@pytest.mark.parametrize("page", ["403", "429", "500"])
def test_error_pages_show_the_contact(contact: str, page: str) -> None:
    with translation.override("fa"):
        assert contact in shown_in(render_to_string(f"{page}.html"), "main")


def test_page_of_a_broken_portal_shows_the_contact(contact: str) -> None:
    """Without a session, an account or a database."""
    response: HttpResponse = defaults.server_error(RequestFactory().get("/"))
    assert contact in shown_in(response.content.decode(), "main")


@pytest.mark.parametrize(
    "page", ["signup_closed", "account_inactive", "password_reset_done", "verification_sent"]
)
def test_account_pages_show_the_contact(contact: str, page: str) -> None:
    with translation.override("fa"):
        html = render_to_string(f"account/{page}.html", request=RequestFactory().get("/"))
    assert contact in shown_in(html, "main")


@pytest.mark.parametrize(
    ("code", "is_shown"), [(FailureCode.NO_SPACE, True), (FailureCode.NO_MEMORY, False)]
)
def test_failures_for_staff_show_the_contact(
    contact: str, code: FailureCode, is_shown: bool
) -> None:
    status = {"state": "failed", "failure": explain(code, reference="S17")}
    html = render_to_string("portal/_server_message.html", {"status": status})
    assert ("help@example.ir" in html) is is_shown


def test_mails_end_with_the_contact(contact: str) -> None:
    with translation.override("fa"):
        body = render_to_string("account/email/base_message.txt", {"user": None})
    assert body.rstrip().endswith(f"مدیر سامانه: \u2068{contact}\u2069")


def test_english_pages_have_a_contact_of_their_own(settings, contact: str) -> None:
    with translation.override("en"):
        assert support_contact() == contact
        settings.SUPPORT_CONTACT_EN = "room 112"
        assert support_contact() == "room 112"
    with translation.override("fa"):
        assert support_contact() == contact


def test_addresses_and_numbers_become_links(contact: str) -> None:
    links = BeautifulSoup(support_contact_links(), "html.parser").select("a")
    assert [(link["href"], link.get_text()) for link in links] == [
        ("tel:02166165555", "۰۲۱-۶۶۱۶ ۵۵۵۵"),
        ("mailto:help@example.ir", "help@example.ir"),
    ]
    assert all(link.find("bdi", dir="ltr") for link in links)


def test_markup_of_the_setting_is_escaped(settings) -> None:
    settings.SUPPORT_CONTACT = "<b>اتاق ۱۱۲</b>"
    assert support_contact_links() == "&lt;b&gt;اتاق ۱۱۲&lt;/b&gt;"
