"""People's names on a page."""

from accounts.models import User
from portal.templatetags.people import full_name, given_name


def test_a_person_is_called_by_the_name_they_gave() -> None:
    sara = User(username="sara", first_name="سارا", last_name="محمدی")
    assert full_name(sara) == "<bdi>سارا محمدی</bdi>"
    assert given_name(sara) == "<bdi>سارا</bdi>"


def test_a_person_without_a_name_is_called_by_the_user_name() -> None:
    sara = User(username="sara")
    assert full_name(sara) == given_name(sara) == '<bdi dir="ltr">sara</bdi>'


def test_a_name_is_never_read_as_markup() -> None:
    assert given_name(User(first_name="<b>")) == "<bdi>&lt;b&gt;</bdi>"
