"""Addresses in the Lab: `next` leads into the user's own server and nowhere else."""

from urllib.parse import quote

import pytest

from jupyter_integration.lab_paths import default_lab_path, is_of_another, own_lab_path


@pytest.mark.parametrize(
    "path",
    [
        "/user/sara/",
        "/user/sara/lab/tree/a%20b.ipynb",
        "/user/sara/lab/tree/a b.ipynb",
        f"/user/sara/lab/tree/{quote('می‌شود.ipynb')}",  # with a joiner, as Persian has them
        "/user/sara/lab/tree/می‌شود.ipynb",
        "/user/sara/lab/tree/50%25.ipynb",
        "/user/sara/lab/tree/...ipynb",
        "/user/sara/lab/workspaces/auto-x?reset=1&next=http://x/../y",
        "/user/sara/notebooks/a.ipynb#cell-3",
        "/user/sara/lab/tree/@:;,=+$!*'().ipynb",
    ],
)
def test_own_address_is_kept_unchanged(path: str) -> None:
    assert own_lab_path("sara", path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/user/sara",
        "/user/omid/lab",
        "/user/sara2/lab",
        "/hub/logout",
        "//user/sara/lab",
        "/\\user/sara/lab",
        " /user/sara/lab",
        "/us\ter/sara/lab",
        "http://hub.localhost:8000/user/sara/lab",
        "https://evil.example/user/sara/",
        "javascript:/user/sara/",
        "/user/sara/../omid/lab",
        "/user/sara/..",
        "/user/sara/%2e%2e/omid/",
        "/user/sara/.%2e/omid/",
        "/user/sara/..%2fomid/",
        "/user/sara/..%252fomid",
        "/user/sara/%2e%2e%5comid",
        "/user/sara/..\\omid",
        "/user/sara//evil.example",
        "/user/sara/%2f%2fevil.example",
        "/user/sara/%2f/evil.example",
        "/user/sara/lab\nLocation: http://evil.example",
        "/user/sara/lab%0d%0aLocation:%20http://evil.example",
        "/user/sara/lab%00",
        "/user/sara/lab\x00",
        "/user/sara/\u2028",
        "/user/sara/\ud800",
        "/user/sara/" + "a" * 3000,
        "//[",
        "http://[x/user/sara/",
        "/user/%73ara/lab",
    ],
)
def test_any_other_address_is_dropped(path: str) -> None:
    assert own_lab_path("sara", path) == ""


def test_default_path_is_the_lab() -> None:
    assert default_lab_path("sara") == "/user/sara/lab"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/user/omid/lab", True),
        ("/user/omid", True),
        ("/user/sara2/lab/tree/a.ipynb", True),
        ("/user/omid?next=/user/sara/", True),
        ("/user/sara/lab", False),
        ("/user/sara", False),
        ("/user/%73ara/lab", False),
        ("/user/sara/../omid/", False),  # refused, but not somebody's address
        ("/user/", False),
        ("/hub/home", False),
        ("//user/omid/", False),
        ("", False),
    ],
)
def test_addresses_of_others_are_recognised(text: str, expected: bool) -> None:
    assert is_of_another("sara", text) is expected
