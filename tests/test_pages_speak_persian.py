"""Crawl of every page as visitor, student and staff, and every mail: no Latin word is left."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal.auth import WebAuthn
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core import mail
from django.db.models.options import Options
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from accounts.services.ensure_support_group import ensure_support_group
from accounts.tests.second_factor.app import app_of
from accounts.tests.second_factor.device import Device
from jupyter_integration.hub.resources import STOPPED_SERVER
from jupyter_integration.models import HelpRequest, HubRevocation, SpawnRequest, StopRequest
from jupyter_integration.status import snapshots
from tests.reading import latin_words, words_of_mail, words_of_page

pytestmark = pytest.mark.django_db

# English addresses for programs.
FOR_PROGRAMS = ("/api/", "/identity/", "/health", "/static/", "/.well-known/")


@pytest.fixture(autouse=True)
def no_limits(settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = False


@pytest.fixture
def student(sara: User) -> Client:
    sara.first_name, sara.last_name = "سارا", "محمدی"
    sara.hub_user_created_at = timezone.now()
    sara.save()
    EmailAddress.objects.create(user=sara, email=sara.email, primary=True, verified=False)
    for state in SpawnRequest.State:
        SpawnRequest.objects.create(user=sara, state=state, cancel_requested_at=timezone.now())
    SpawnRequest.objects.filter(state__in=SpawnRequest.OPEN_STATES).delete()
    snapshots.record(sara.pk, STOPPED_SERVER, as_of=timezone.now())
    client = Client()
    client.force_login(sara)
    return client


@pytest.fixture
def staff(nasrin: User, student: Client) -> Client:
    nasrin.first_name, nasrin.last_name = "نسرین", "احمدی"
    nasrin.save()
    client = Client()
    client.force_login(nasrin)
    return client


def pages(client: Client, start: str) -> Iterator[tuple[str, str]]:
    """Follow every link of this site from `start`; yield address and HTML of each page once."""
    waiting, seen = [start], {start}
    while waiting:
        address = waiting.pop()
        response = client.get(address, follow=True)
        if "text/html" not in response.get("Content-Type", ""):
            continue
        html = response.content.decode()
        yield address, html
        for link in BeautifulSoup(html, "html.parser").find_all("a", href=True):
            target = urlsplit(urljoin(address, str(link["href"])))
            if target.netloc or target.path.startswith(FOR_PROGRAMS) or target.path in seen:
                continue
            seen.add(target.path)
            waiting.append(target.path)


def language_of(html: str) -> tuple[object, object]:
    root = BeautifulSoup(html, "html.parser").html
    assert root is not None
    return root["lang"], root["dir"]


def latin_words_in(found: dict[str, str], *, names: set[str] = frozenset()) -> dict[str, set[str]]:
    words = {address: latin_words(words_of_page(html)) - names for address, html in found.items()}
    return {address: left for address, left in words.items() if left}


def test_visitor_finds_no_latin_word(client: Client) -> None:
    found = dict(pages(client, "/"))
    assert {"/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"} <= set(found)
    assert latin_words_in(found) == {}


def test_student_finds_no_latin_word(student: Client) -> None:
    found = dict(pages(student, "/dashboard/"))
    assert {"/accounts/profile/", "/accounts/email/", "/accounts/password/change/"} <= set(found)
    assert latin_words_in(found) == {}


def test_pages_of_second_factor_have_no_latin_word(student: Client, sara: User) -> None:
    EmailAddress.objects.filter(user=sara).update(verified=True)
    student.post(reverse("account_reauthenticate"), {"password": "sara-s-password"})
    found = dict(pages(student, "/accounts/2fa/"))
    app_of(sara)
    RecoveryCodes.activate(sara)
    passkey = Device(settings.PORTAL_URL).register({"publicKey": {"challenge": "YQ"}})
    WebAuthn.add(sara, "گذرکلید", passkey)
    found |= dict(pages(student, "/accounts/2fa/"))
    addresses = {"totp/activate", "totp/deactivate", "recovery-codes/generate", "webauthn/add"}
    assert {f"/accounts/2fa/{address}/" for address in addresses} <= set(found)
    assert latin_words_in(found) == {}


# Usernames and addresses stand in tables, choices and questions without a mark of their own.
NAMES_IN_THE_ADMIN = {"sara", "nasrin", "example", "ir"}
LISTS = [model._meta for model in admin.site._registry]


@pytest.fixture
def filled_admin(staff: Client, sara: User, nasrin: User) -> Client:
    """A row in each list of the admin, and a group with a member."""
    HelpRequest.objects.create(user=sara, words="سلام")
    StopRequest.objects.create(user=sara)
    HubRevocation.objects.create(hub_username="sara")
    ensure_support_group()
    sara.groups.add(Group.objects.get())
    staff.post(f"/admin/accounts/user/{sara.pk}/change/", {"username": "sara"})
    return staff


def without_hash(html: str) -> str:
    """Return a page of an account without the beginning of its password's hash."""
    page = BeautifulSoup(html, "html.parser")
    for code in page.select("#id_password bdi"):
        code.decompose()
    return str(page)


def test_staff_find_no_latin_word(filled_admin: Client) -> None:
    found = {
        address: without_hash(html)
        for address, html in pages(filled_admin, "/admin/")
        if address.startswith("/admin/")
    }
    lists = {reverse(f"admin:{of.app_label}_{of.model_name}_changelist") for of in LISTS}
    assert lists | {"/admin/hub/"} <= set(found)
    for page in ("change", "history", "delete", "password", "add"):
        assert any(address.endswith(f"/{page}/") for address in found), page
    assert latin_words_in(found, names=NAMES_IN_THE_ADMIN) == {}


@pytest.mark.parametrize("of", LISTS, ids=str)
def test_filters_and_searches_of_the_admin_are_persian(filled_admin: Client, of: Options) -> None:
    address = reverse(f"admin:{of.app_label}_{of.model_name}_changelist")
    html = filled_admin.get(address).content.decode()
    links = BeautifulSoup(html, "html.parser").select("#changelist-filter a, thead a")
    choices = {str(link["href"]) for link in links} | {"?q=هیچ"}
    found = {c: filled_admin.get(address + c, follow=True).content.decode() for c in choices}
    assert latin_words_in(found, names=NAMES_IN_THE_ADMIN) == {}
    if 'id="searchbar"' in html:
        assert not re.search("[0-9]", words_of_page(found["?q=هیچ"]))


def test_question_before_deletion_is_persian(filled_admin: Client) -> None:
    group = Group.objects.get()
    chosen = {"action": "delete_selected", "_selected_action": str(group.pk)}
    html = filled_admin.post("/admin/auth/group/", chosen).content.decode()
    assert "حذف شود؟" in html
    assert latin_words(words_of_page(html)) - NAMES_IN_THE_ADMIN == set()


def test_scripts_of_the_admin_speak_persian(filled_admin: Client) -> None:
    script = filled_admin.get("/admin/jsi18n/").content.decode()
    catalogue = json.loads(re.search(r"newcatalog = (\{.*?\});", script, re.DOTALL)[1])
    texts = [text for value in catalogue.values() for text in ([value], value)[type(value) is list]]
    placeholder = re.compile(r"%\(\w+\)s|%s")
    assert "افزودن همهٔ %s" in texts
    assert [text for text in texts if latin_words(placeholder.sub("", text))] == []


def test_noun_after_a_count_is_singular(filled_admin: Client) -> None:
    words = " ".join(
        words_of_page(filled_admin.get("/admin/accounts/user/").content.decode()).split()
    )
    assert "۲ کاربر " in words
    assert "۰ از ۲ انتخاب شده است" in words


def test_names_keep_their_digits_in_admin_messages(filled_admin: Client) -> None:
    numbered = User.objects.create_user("401234567", password="a-good-long-password")
    User.objects.create_user("401234568", password="a-good-long-password")
    data = {"post": "yes"}
    deleted = filled_admin.post(f"/admin/accounts/user/{numbered.pk}/delete/", data, follow=True)
    assert "401234567" in words_of_page(deleted.content.decode())


@pytest.mark.parametrize("page", ["landing", "account_login"])
def test_pages_run_from_right_to_left(client: Client, page: str) -> None:
    assert language_of(client.get(reverse(page)).content.decode()) == ("fa", "rtl")


def test_english_reader_gets_english_pages(student: Client, sara: User) -> None:
    User.objects.filter(pk=sara.pk).update(language="en")
    html = student.get("/dashboard/").content.decode()
    assert language_of(html) == ("en", "ltr")
    persian = re.findall(r"[آ-ی]{2,}", words_of_page(html))
    assert set(persian) == {"سارا", "محمدی", "فارسی"}  # her name, and how to change the language


def sign_up(**changes: str) -> tuple[str, dict[str, str]]:
    data = {"username": "parisa98", "email": "b@example.ir", "password1": "a-good-long-password"}
    return "account_signup", data | changes


ERRORS = {
    "sign-in, empty": ("account_login", {}),
    "sign-in, wrong": ("account_login", {"login": "sara", "password": "wrong"}),
    "sign-up, empty": ("account_signup", {}),
    "sign-up, all wrong": sign_up(username="a b", email="nowhere", password1="1234"),
    "sign-up, name too short": sign_up(username="a"),
    "sign-up, name too long": sign_up(username="a" * 300),
    "sign-up, taken": sign_up(username="SARA"),
    "sign-up, reserved": sign_up(username="admin"),
    "sign-up, password like the name": sign_up(password1="parisa98"),
    "password, no address": ("account_reset_password", {"email": "nowhere"}),
}


def html_after(client: Client, page: str, data: dict[str, str]) -> str:
    """Send a form with mistakes; return the page that shows the errors."""
    response = client.post(reverse(page), data)
    assert response.status_code == 200, "the form was accepted"
    html = response.content.decode()
    errors = ".field__error:not([hidden]), .form-errors:not([hidden])"
    assert BeautifulSoup(html, "html.parser").select(errors), "no error"
    return html


@pytest.mark.parametrize("case", ERRORS)
def test_mistakes_of_visitors_are_shown_in_persian(client: Client, sara: User, case: str) -> None:
    html = html_after(client, *ERRORS[case])
    soup = BeautifulSoup(html, "html.parser")
    for field in soup.select("[aria-invalid=true]"):
        assert any(soup.find(id=name) for name in str(field["aria-describedby"]).split())
    assert latin_words(words_of_page(html)) == set()
    assert re.findall(r"[0-9]", words_of_page(html)) == []


STUDENT_ERRORS = {
    "support, empty": ("help", {}),
    "support, too long": ("help", {"words": "س" * 2001}),
    "password, wrong": (
        "account_change_password",
        {"oldpassword": "wrong", "password1": "a-good-one-98", "password2": "another-one-98"},
    ),
    "address, her own": ("account_email", {"action_add": "1", "email": "sara@example.ir"}),
    "profile, too long": ("profile", {"first_name": "س" * 200, "language": "xx"}),
}


@pytest.mark.parametrize("case", STUDENT_ERRORS)
def test_mistakes_of_students_are_shown_in_persian(student: Client, case: str) -> None:
    assert latin_words(words_of_page(html_after(student, *STUDENT_ERRORS[case]))) <= {"xx"}


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_are_persian(status: str) -> None:
    with translation.override("fa"):
        assert latin_words(words_of_page(render_to_string(f"{status}.html"))) == set()


ADDRESSES = {
    "activate_url": "http://localhost:8080/accounts/confirm-email/abc/",
    "password_reset_url": "http://localhost:8080/accounts/password/reset/key/abc/",
    "signup_url": "http://localhost:8080/accounts/signup/",
}
OURS = Path(settings.BASE_DIR) / "templates"


def mails(templates: Path, app: str) -> list[str]:
    paths = (templates / app / "email").glob("*_subject.txt")
    return sorted(f"{app}/email/{path.name.removesuffix('_subject.txt')}" for path in paths)


MAILS = mails(OURS, "account") + mails(OURS, "mfa")


@pytest.mark.parametrize("name", MAILS)
def test_mails_are_persian(sara: User, name: str) -> None:
    sara.first_name = "سارا"
    context = {
        **ADDRESSES,
        "user": sara if not name.endswith("unknown_account") else None,
        "username": sara.username,
        "email": sara.email,
        "added_email": sara.email,
        "deleted_email": sara.email,
        "from_email": sara.email,
        "to_email": "new@example.ir",
        "ip": "127.0.0.1",
        "user_agent": "Mozilla/5.0",
        "timestamp": timezone.now(),
        "current_site": {"domain": "localhost"},
    }
    with translation.override("fa"):
        subject = render_to_string(f"{name}_subject.txt", context).strip()
        body = render_to_string(f"{name}_message.txt", context)
    assert subject
    assert "\n" not in subject
    assert latin_words(words_of_mail(subject)) == set()
    assert latin_words(words_of_mail(body)) == set()
    assert not re.search("[<&]", body)


def test_every_mail_of_allauth_is_replaced() -> None:
    """Except mails with codes, which are not enabled."""
    folder = Path(allauth.__file__).parent / "templates"
    theirs = {name for name in mails(folder, "account") if "code" not in name}
    assert theirs | set(mails(folder, "mfa")) <= set(MAILS)


def test_forgotten_password_sends_persian_mail(
    client: Client, sara: User, django_capture_on_commit_callbacks, settings
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_reset_password"), {"email": sara.email})
    (letter,) = mail.outbox
    assert letter.to == [sara.email]
    assert "/accounts/password/reset/key/" in letter.body
    assert latin_words(words_of_mail(letter.subject)) == set()
