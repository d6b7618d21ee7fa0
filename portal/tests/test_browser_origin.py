"""Origins as browsers write them."""

import pytest

from portal.browser_origin import browser_origin


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://portal.example.ir", "https://portal.example.ir"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://Portal.Example.IR", "https://portal.example.ir"),
        ("HTTPS://portal.example.ir/", "https://portal.example.ir"),
        ("https://portal.example.ir.", "https://portal.example.ir"),
        ("https://portal.example.ir:443", "https://portal.example.ir"),
        ("http://portal.example.ir:80", "http://portal.example.ir"),
        ("https://portal.example.ir:80", "https://portal.example.ir:80"),
        ("https://portal.example.ir:0443", "https://portal.example.ir"),
        ("https://portal.example.ir:", "https://portal.example.ir"),
        ("http://دانشگاه.ایران", "http://xn--mgbawv3gi04e.xn--mgba3a4f16a"),
        ("http://دانشگاه。ایران:8080", "http://xn--mgbawv3gi04e.xn--mgba3a4f16a:8080"),
        ("http://دانشگاه.ايران", "http://xn--mgbawv3gi04e.xn--mgba3a4fra"),
        ("http://ab--c.ir", "http://ab--c.ir"),
        ("http://192.0.2.7:8000", "http://192.0.2.7:8000"),
        ("http://[2001:DB8::0:7]:8000", "http://[2001:db8::7]:8000"),
    ],
)
def test_origin_is_written_as_browsers_send_it(given: str, origin: str) -> None:
    assert browser_origin(given) == origin
    assert browser_origin(origin) == origin


@pytest.mark.parametrize(
    "given",
    [
        *("", "portal.example.ir", "localhost:8080", "ftp://portal.example.ir", "https://"),
        *("https://portal.example.ir/portal", "https://portal.example.ir?", "https://a.ir?b"),
        *("https://a.ir#b", "https://sara@portal.example.ir", "https://:pass@portal.example.ir"),
        *("https://my_portal.ir", "https://-a.ir", "https://a-.ir", "https://a..ir", "https://.ir"),
        *("https://a.ir..", f"https://{'a' * 64}.ir", f"https://{'a.' * 126}ir", "https://*.a.ir"),
        *("https://a b.ir", "https://a\u200b.ir\u202e", "https://‌.ir", "https://a.ir:۸۰۸۰"),
        *("https://a.ir:0", "https://a.ir:65536", "https://a.ir:x", "https://[::1", "https://[a]"),
        *("http://127.1", "http://0x7f.1", "http://1.2.3.256", "http://portal.0x7f"),
    ],
)
def test_address_that_serves_nobody_is_no_origin(given: str) -> None:
    assert browser_origin(given) is None or browser_origin(given) != given


@pytest.mark.parametrize("given", ["http://a_b.ir", "http://127.1", "https://a.ir/x", "a.ir"])
def test_address_without_a_right_spelling_has_none(given: str) -> None:
    assert browser_origin(given) is None
