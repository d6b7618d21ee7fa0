"""Numbers, dates and durations as templates show them."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from portal.persian.dates import elapsed
from portal.persian.text import ltr

NOON_IN_TEHRAN = dt.datetime(2025, 11, 23, 8, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def tehran() -> Iterator[None]:
    with timezone.override("Asia/Tehran"):
        yield


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    monkeypatch.setattr(timezone, "now", lambda: NOON_IN_TEHRAN)
    return NOON_IN_TEHRAN


def rendered(template: str, language: str = "fa", **context: object) -> str:
    with translation.override(language):
        return Template("{% load persian %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("expression", "value", "persian", "english"),
    [
        ("digits", "نسخه 2", "نسخه ۲", "نسخه 2"),
        ("digits", 42, "۴۲", "42"),
        ("digits", "Pulling image lab:4.2", "Pulling image lab:4.2", "Pulling image lab:4.2"),
        ("number", 1234567, "۱٬۲۳۴٬۵۶۷", "1,234,567"),
        ("number", -1234.5, "-۱٬۲۳۴٫۵", "-1,234.5"),
        ("percent", 42, "۴۲٪", "42%"),
        ("stopwatch", 42, "۰:۴۲", "0:42"),
        ("stopwatch", 725, "۱۲:۰۵", "12:05"),
        ("stopwatch", 3723, "۱:۰۲:۰۳", "1:02:03"),
        ("duration", 0, "۰ ثانیه", "0 seconds"),
        ("duration", 3605, "۱ ساعت", "1 hour"),
        ("duration", 5400, "۱ ساعت و ۳۰ دقیقه", "1 hour and 30 minutes"),
        ("duration", 75.9, "۱ دقیقه و ۱۵ ثانیه", "1 minute and 15 seconds"),
        ("duration", dt.timedelta(days=2, hours=3), "۲ روز و ۳ ساعت", "2 days and 3 hours"),
        ("jalali", NOON_IN_TEHRAN, "۲ آذر ۱۴۰۴", "23 November 2025"),
        ("jalali:'time'", NOON_IN_TEHRAN, "۲ آذر ۱۴۰۴، ساعت ۱۲:۰۰", "23 November 2025, 12:00"),
    ],
)
def test_values_follow_the_language(
    expression: str, value: object, persian: str, english: str
) -> None:
    template = "{{ value|" + expression + " }}"
    assert rendered(template, value=value) == persian
    assert rendered(template, "en", value=value) == english


@pytest.mark.parametrize("name", ["number", "percent", "jalali", "duration", "ago", "moment"])
def test_unknown_value_shows_nothing(name: str) -> None:
    assert rendered("{{ value|" + name + " }}", value=None) == ""


def test_day_changes_at_midnight_in_tehran() -> None:
    just_past_midnight = dt.datetime(2025, 11, 22, 20, 31, tzinfo=dt.UTC)
    assert rendered("{{ value|jalali }}", value=just_past_midnight) == "۲ آذر ۱۴۰۴"


def test_last_day_of_leap_year_is_right() -> None:
    assert rendered("{{ value|jalali }}", value=dt.date(2025, 3, 20)) == "۳۰ اسفند ۱۴۰۳"
    assert rendered("{{ value|jalali }}", value=dt.date(2025, 3, 21)) == "۱ فروردین ۱۴۰۴"


@pytest.mark.parametrize(
    ("seconds", "persian", "english"),
    [
        (0, "لحظاتی پیش", "just now"),
        (20, "۲۰ ثانیه پیش", "20 seconds ago"),
        (90, "۱ دقیقه پیش", "1 minute ago"),
        (3600, "۱ ساعت پیش", "1 hour ago"),
        (3 * 86400, "۳ روز پیش", "3 days ago"),
        (60 * 86400, "۲ مهر ۱۴۰۴", "24 September 2025"),
    ],
)
def test_age_is_shown_in_words(now: dt.datetime, seconds: int, persian: str, english: str) -> None:
    value = now - dt.timedelta(seconds=seconds)
    assert rendered("{{ value|ago }}", value=value) == persian
    assert rendered("{{ value|ago }}", "en", value=value) == english


def test_future_moment_has_no_negative_age(now: dt.datetime) -> None:
    ahead = now + dt.timedelta(seconds=30)
    assert elapsed(ahead) == 0
    assert rendered("{{ value|ago }}", value=ahead) == "لحظاتی پیش"


def test_moment_carries_its_gregorian_date(now: dt.datetime) -> None:
    assert rendered("{{ value|moment }}", value=now) == (
        '<time datetime="2025-11-23T12:00:00+03:30" title="2025-11-23 12:00">'
        "۲ آذر ۱۴۰۴، ساعت ۱۲:۰۰</time>"
    )


def test_moment_can_be_shown_as_age(now: dt.datetime) -> None:
    value = now - dt.timedelta(minutes=5)
    assert rendered("{{ value|moment:'ago' }}", value=value).endswith(">۵ دقیقه پیش</time>")


def test_duration_is_computed_from_two_moments(now: dt.datetime) -> None:
    end = now + dt.timedelta(seconds=7)
    assert rendered("{{ value|until:end }}", value=now, end=end) == "۷ ثانیه"
    assert rendered("{{ value|until:end }}", value=now, end=None) == ""


def test_links_entities_and_isolated_names_keep_digits() -> None:
    text = mark_safe('<a href="/page/2">صفحهٔ 2</a> &#39;3&#39;')
    assert rendered("{{ text|digits }}", text=text) == ('<a href="/page/2">صفحهٔ ۲</a> &#39;۳&#39;')
    assert rendered("{{ text|digits }}", text=f"{ltr('sara98@example.ir')} 2 بار") == (
        "\u2066sara98@example.ir\u2069 ۲ بار"
    )


def test_digits_keep_unsafe_text_unsafe() -> None:
    assert rendered("{{ text|digits }}", text="<b>۱") == "&lt;b&gt;۱"
