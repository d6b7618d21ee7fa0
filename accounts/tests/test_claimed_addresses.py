"""Addresses that are claimed and not confirmed open nothing, and give way to their owner."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.mails import CONFIRM, RESET, ask_for_reset, links_to, subjects_to

PASSWORD = "Parvaneh-dar-bad-81"
NEW_PASSWORD = "Shamdani-dar-bad-82"
PROF = "prof@uni.example"
EVIL = "attacker@evil.example"


@pytest.fixture(autouse=True)
def verification(settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "optional"


class Person:
    """A browser, and the mailboxes that its person reads."""

    def __init__(self, workers) -> None:
        self.browser, self._workers = Client(), workers

    def post(self, page: str, **data: str):
        return self.submit(reverse(page), data)

    def submit(self, path: str, data: dict[str, str] | None = None):
        with self._workers.committing():
            response = self.browser.post(path, data or {})
        self._workers.work_off()
        return response

    def sign_up(self, username: str, address: str) -> None:
        self.post("account_signup", username=username, email=address, password1=PASSWORD)

    def sign_in(self, login: str, password: str = PASSWORD) -> bool:
        self.browser.logout()
        self.post("account_login", login=login, password=password)
        return "_auth_user_id" in self.browser.session

    def act(self, action: str, address: str):
        self.post("account_reauthenticate", password=PASSWORD)
        return self.post("account_email", **{f"action_{action}": "", "email": address})

    def confirm(self, address: str):
        return self.submit(links_to(CONFIRM, address)[-1])

    def reset(self, address: str, password: str = NEW_PASSWORD) -> bool:
        """Ask for a link to the address; return whether one came and set the password."""
        mail.outbox.clear()
        self.post("account_reset_password", email=address)
        if not (links := links_to(RESET, address)):
            return False
        page = self.browser.get(links[-1])
        form = {"password1": password, "password2": password}
        return self.submit(page.url, form).status_code == 302


@pytest.fixture
def prehi(db: None, workers) -> Person:
    """An attacker who signed up with somebody else's address before its owner."""
    person = Person(workers)
    person.sign_up("prehi", PROF)
    return person


@pytest.fixture
def prof(db: None, workers) -> Person:
    return Person(workers)


def addresses_of(username: str) -> dict[str, bool]:
    rows = EmailAddress.objects.filter(user__username=username)
    return dict(rows.values_list("email", "verified"))


def test_owner_of_address_takes_account_from_squatter(prehi: Person, prof: Person) -> None:
    prehi.act("add", EVIL)

    prof.sign_up("prof", PROF)
    assert not User.objects.filter(username="prof").exists()
    assert prof.reset(PROF)

    assert addresses_of("prehi") == {PROF: True}
    assert not prehi.reset(EVIL)
    assert prehi.browser.get(reverse("dashboard")).status_code == 302
    assert not prehi.sign_in("prehi")
    assert prof.sign_in(PROF, NEW_PASSWORD)


def test_squatter_who_confirms_own_address_loses_the_other(prehi: Person, prof: Person) -> None:
    prehi.act("add", EVIL)
    prehi.confirm(EVIL)

    assert addresses_of("prehi") == {EVIL: True}
    assert User.objects.get(username="prehi").email == EVIL
    prof.sign_up("prof", PROF)
    assert addresses_of("prof") == {PROF: False}


def test_address_without_confirmation_cannot_become_main(prehi: Person, prof: Person) -> None:
    """Otherwise the reset of the first address would end there."""
    prehi.act("add", EVIL)
    prehi.act("primary", EVIL)

    assert User.objects.get(username="prehi").email == PROF
    assert prof.reset(PROF)


def test_link_to_dropped_address_leads_nowhere(prehi: Person, prof: Person) -> None:
    prehi.act("add", EVIL)
    [link] = links_to(CONFIRM, EVIL)
    prof.reset(PROF)

    assert 'action="/accounts/confirm-email' not in prehi.browser.get(link).content.decode()
    assert prehi.browser.post(link).status_code == 404
    assert addresses_of("prehi") == {PROF: True}


def test_reset_goes_only_to_confirmed_addresses(prehi: Person, prof: Person) -> None:
    prehi.confirm(PROF)
    prehi.act("add", EVIL)

    assert not prof.reset(EVIL)
    assert prof.reset(PROF)


def test_confirmation_takes_address_from_who_only_claimed_it(
    prehi: Person, prof: Person, settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    prof.sign_up("prof", "prof@home.example")
    # Added while nobody had it.
    user = User.objects.get(username="prof")
    EmailAddress.objects.create(user=user, email=PROF)
    prof.act("send", PROF)
    prof.confirm(PROF)

    assert addresses_of("prof")[PROF]
    assert addresses_of("prehi") == {}
    assert User.objects.get(username="prehi").email == ""


def test_address_of_account_made_by_staff_gets_reset(client: Client, sara: User, workers) -> None:
    assert not EmailAddress.objects.exists()

    assert len(ask_for_reset(client, workers)) == 1


def test_main_address_cannot_be_removed(prehi: Person) -> None:
    """An account without one would get no notices."""
    prehi.act("remove", PROF)

    assert addresses_of("prehi") == {PROF: False}


def test_main_address_gets_mail_about_changes(prehi: Person) -> None:
    prehi.confirm(PROF)
    mail.outbox.clear()

    prehi.act("add", EVIL)
    prehi.confirm(EVIL)
    prehi.act("primary", EVIL)
    prehi.act("remove", PROF)

    assert subjects_to(PROF) == ["یک نشانی ایمیل افزوده شد", "نشانی ایمیل شما تغییر کرد"]
    assert "یک نشانی ایمیل حذف شد" in subjects_to(EVIL)


def test_main_address_gets_mail_about_password(prehi: Person, prof: Person) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    prehi.post("account_change_password", **form)
    assert "گذرواژهٔ شما تغییر کرد" in subjects_to(PROF)

    prof.reset(PROF, PASSWORD)
    assert "گذرواژهٔ شما تغییر کرد" in subjects_to(PROF)


class TestMandatoryConfirmation:
    """Neither page tells a stranger which addresses have accounts."""

    @pytest.fixture(autouse=True)
    def verification(self, settings) -> None:
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    def test_sign_up_answers_known_addresses_the_same(self, prof: Person, sara: User) -> None:
        first = prof.post(
            "account_signup", username="prof", email="new@uni.example", password1=PASSWORD
        )
        second = prof.post("account_signup", username="other", email=sara.email, password1=PASSWORD)

        assert (first.status_code, first.url) == (second.status_code, second.url)
        assert not User.objects.filter(username="other").exists()
        assert subjects_to(sara.email) == ["شما از پیش حساب دارید"]

    def test_sign_up_hashes_password_for_known_address(
        self, prof: Person, sara: User, monkeypatch
    ) -> None:
        """Hashing takes most of the time of a sign-up."""
        hashed = []
        monkeypatch.setattr("accounts.forms.make_password", hashed.append)

        prof.sign_up("other", sara.email)

        assert hashed == [PASSWORD]

    def test_added_address_answers_the_same_if_known(self, prof: Person, sara: User) -> None:
        omid = User.objects.create_user("omid", "omid@example.ir", PASSWORD)
        prof.sign_in("omid")

        first = prof.act("add", "new@uni.example")
        second = prof.act("add", sara.email)

        assert (first.status_code, first.url) == (second.status_code, second.url)
        prof.confirm(sara.email)
        assert not EmailAddress.objects.get(user=omid, email=sara.email).verified


def test_optional_confirmation_shows_known_addresses(prof: Person, sara: User) -> None:
    response = prof.post("account_signup", username="other", email=sara.email, password1=PASSWORD)

    assert response.context["form"].errors["email"]
