"""Sign-in, sign-out and password of the admin: they are the portal's own, with its limits."""

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import reverse

from accounts.models import User

PASSWORD = "nasrin-s-password"
LOGIN, INDEX = reverse("admin:login"), reverse("admin:index")


@pytest.fixture
def administration(client: Client, nasrin: User) -> Client:
    client.force_login(nasrin)
    return client


def test_admin_sign_in_is_no_way_to_guess(administration: Client, omid: User) -> None:
    """A member of staff could otherwise guess a superuser's password without a limit."""
    User.objects.filter(pk=omid.pk).update(is_staff=True)

    response = administration.post(LOGIN, {"username": "omid", "password": "omid-s-password"})

    assert response.url == INDEX
    assert administration.get(INDEX).wsgi_request.user.get_username() == "nasrin"


def test_admin_sign_in_redirects_signed_in_staff(administration: Client) -> None:
    assert administration.get(LOGIN).url == INDEX


def test_admin_password_page_is_the_portals(administration: Client, nasrin: User) -> None:
    new = {"new_password1": "parvaneh-dar-bad-81", "new_password2": "parvaneh-dar-bad-81"}
    page = reverse("admin:password_change")

    response = administration.post(page, {"old_password": PASSWORD, **new})

    assert response.url == reverse("account_change_password")
    nasrin.refresh_from_db()
    assert nasrin.check_password(PASSWORD)


def test_admin_sign_out_ends_the_hubs_session(administration: Client) -> None:
    response = administration.post(reverse("admin:logout"))

    assert response.url.startswith(f"{portal_settings.HUB_URL}/hub/logout?portal=")
    assert "_auth_user_id" not in administration.session
