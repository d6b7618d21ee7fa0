"""Names of people on a page."""

from accounts.models import User
from portal.templatetags.people import breakable, full_name, given_name


def test_given_names_are_shown_in_bdi() -> None:
    sara = User(username="sara", first_name="سارا", last_name="محمدی")
    assert full_name(sara) == "<bdi>سارا محمدی</bdi>"
    assert given_name(sara) == "<bdi>سارا</bdi>"


def test_user_name_replaces_missing_names() -> None:
    sara = User(username="sara")
    assert full_name(sara) == given_name(sara) == '<bdi dir="ltr">sara</bdi>'


def test_name_is_escaped() -> None:
    assert given_name(User(first_name="<b>")) == "<bdi>&lt;b&gt;</bdi>"


def test_address_breaks_after_its_marks() -> None:
    assert breakable("zahra.karimi@example.ir") == "zahra.<wbr>karimi@<wbr>example.<wbr>ir"
    assert breakable("<b>@x") == "&lt;b&gt;@<wbr>x"
